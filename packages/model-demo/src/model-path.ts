import { fileURLToPath } from "node:url";

/** The absolute path of the folder with the model's files; `src` and `dist` lie beside it alike. */
export const modelPath: string = fileURLToPath(new URL("../model", import.meta.url));
