/** Where the web interface's built files are; undefined where its package is not installed. */
export async function findWebFolder(): Promise<URL | undefined> {
  try {
    const name = "@engine/web";
    const { webFolder } = (await import(name)) as { webFolder: URL };
    return webFolder;
  } catch {
    return undefined;
  }
}
