export { squaredRelu, squaredReluOp } from "./squared-relu.ts";
