import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/files.ts";
import { BIG, hubModel, pullSettings } from "../../test/hub-model.ts";
import { type HubServer, hubServers } from "../../test/hub-server.ts";
import { type PullOptions, pullModel } from "./pull-model.ts";

const at = temporaryFolder();
const start = hubServers();
const settings = (options: PullOptions & { hub: HubServer }) => pullSettings(at, options);

describe("what the hub lists", () => {
  const file = (more: object) => ({ type: "file", path: "x.json", size: 1, oid: "a".repeat(40), ...more });
  it.each([
    ["no list", { error: "x" }, "the list of files is an object, not a list"],
    ["no entry", [7], "an entry of the list of files is 7"],
    ["no size", [file({ size: "1" })], '"x.json": the size is "1"'],
    ["negative", [file({ size: -1 })], '"x.json": the size is -1'],
    ["a path as hash", [file({ oid: "../../../../tmp/x" })], '"x.json": the hash is "../../../../tmp/x"'],
    ["a path as lfs hash", [file({ lfs: { oid: "../x", size: 1 } })], '"x.json": the hash is "../x"'],
    ["twice", [file({}), file({})], '"x.json" is listed twice'],
  ])("is checked: %s", async (_, listed, text) => {
    const hub = await start(hubModel());
    hub.list = () => listed;
    const error = await failure(pullModel("org/name", settings({ hub })));
    expect(error.code).toBe("network-failed");
    expect(error.message).toContain(`the answer of ${hub.url} is not usable: ${text}`);
  });

  it("has a commit that can be a folder", async () => {
    const hub = await start(hubModel());
    hub.commit = "../../../x";
    expect((await failure(pullModel("org/name", settings({ hub })))).message).toContain(
      'its commit must be 40 hexadecimal digits, but is "../../../x"',
    );
    hub.faults.set("api", [(_, response) => void response.end("<html>")]);
    hub.forever.add("api");
    expect((await failure(pullModel("org/name", settings({ hub })))).message).toContain(
      'the answer is no JSON, but begins with "<html>"',
    );
  });

  it.each([
    "../evil.json",
    "a/../../evil.json",
    "/etc/evil.json",
    "C:/evil.json",
    "a\\..\\..\\evil.json",
    "evil\0.json",
    "a//evil.json",
    "./evil.json",
    "evil.json/",
    "nul.json",
    "evil\u202ejson",
    "evil\n.json",
  ])("may not name a file %j", async (path) => {
    const hub = await start({ ...hubModel(), [path]: Buffer.from("evil") });
    const options = settings({ hub, include: ["**", "*", path] });
    const error = await failure(pullModel("org/name", options));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("could be written outside the cache");
    expect(hub.requests.length, "no file was asked for").toBe(2);
    expect(await readdir(options.hubCache!)).not.toContain("evil.json");
    // Not asked for, it does no harm.
    await pullModel("org/name", settings({ hub }));
  });

  it("is chosen from by globs", async () => {
    const hub = await start({
      ...hubModel(),
      "a/b.json": Buffer.from("1"),
      "tokenizer.json": Buffer.from("2"),
      "x.gguf": Buffer.from("3"),
    });
    const chosen = async (more: PullOptions) =>
      (await pullModel("org/name", settings({ hub, ...more }))).files.map(({ path }) => path).toSorted();
    expect(await chosen({})).toEqual(["config.json", BIG, "tokenizer.json"]);
    expect(await chosen({ include: ["*.json"] })).toEqual(["a/b.json", "config.json", "tokenizer.json"]);
    expect(await chosen({ include: ["a/"] })).toEqual(["a/b.json"]);
    expect(await chosen({ include: ["*.gguf", "tok*"] })).toEqual(["tokenizer.json", "x.gguf"]);
    expect(await chosen({ exclude: ["*.safetensors"] })).toEqual(["config.json", "tokenizer.json"]);
    expect(await chosen({ include: ["*"], exclude: ["*.json", "x.*"] })).toEqual([BIG]);
    expect((await failure(pullModel("org/name", settings({ hub, include: ["*.bin"] })))).message).toBe(
      "org/name: none of its 5 files matches *.bin. See the repository's list of files, and correct --include.",
    );
    hub.files.delete(BIG);
    expect(await chosen({})).toEqual(["config.json", "tokenizer.json", "x.gguf"]);
    hub.files.set("y.gguf", Buffer.from("4"));
    expect((await failure(pullModel("org/name", settings({ hub })))).message).toBe(
      'org/name: holds 2 GGUF files ("x.gguf", "y.gguf") and no safetensors. Choose one with --include.',
    );
    for (const name of ["x.gguf", "y.gguf"]) hub.files.delete(name);
    hub.files.set("model.onnx", Buffer.from("5"));
    expect((await failure(pullModel("org/name", settings({ hub })))).message).toMatch(
      /^org\/name: holds ONNX weights \("model.onnx"\) and no safetensors\. Only safetensors and GGUF are read now/,
    );
  });
});
