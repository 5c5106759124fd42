/** Where the web interface's built files are; undefined where its package is not installed. */
export async function findWebFolder(): Promise<URL | undefined> {
  try {
    const { webFolder } = await import("@engine/web");
    return webFolder;
  } catch {
    return undefined;
  }
}
