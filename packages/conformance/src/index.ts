export { testBackend } from "./test-backend.ts";
