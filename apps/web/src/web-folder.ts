/** The built site, with index.html in it; `src` and `dist` lie beside it alike. Ends with a slash. */
export const webFolder: URL = new URL("../dist/site/", import.meta.url);
