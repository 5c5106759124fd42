import { signal } from "@preact/signals";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { type App, AppContext } from "../app/app.ts";
import { en } from "../i18n/en.ts";
import { Markdown } from "./markdown.tsx";
import { plainText } from "./plain-text.ts";
import { safeLink } from "./safe-link.ts";

const app = { t: signal(en) } as unknown as App;

function html(text: string): string {
  return renderToString(h(AppContext.Provider, { value: app }, h(Markdown, { text })));
}

describe("what a model writes never becomes an element of its choice", () => {
  it.each([
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "a <b onclick=alert(1)>b</b>",
    "<svg><animate onbegin=alert(1)></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<style>@import 'https://evil.example'</style>",
    "<!-- --><script>alert(1)</script>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>1</script> |",
    "# <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "```html\n<script>alert(1)</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "`<script>`",
  ])("%s", (text) => {
    const made = html(text).replace(
      /<\/?(?:div|p|table|thead|tbody|tr|th|td|h\d|ul|li|code|pre|figure|figcaption|span|button|svg|path)\b[^>]*>/g,
      "",
    );
    expect(made).not.toContain("<");
    expect(html(text)).not.toMatch(/<[^>]+\son\w+\s*=/);
  });

  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x](data:text/html,<script>1</script>)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "[x](/engine/models/delete)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
  ])("no link from %s", (text) => {
    expect(html(text)).not.toContain("<a ");
  });

  it("shows an image as a link, which loads nothing by itself", () => {
    const made = html("![a cat](https://example.org/cat.png)");
    expect(made).not.toContain("<img");
    expect(made).toContain('href="https://example.org/cat.png"');
    expect(made).toContain('rel="noopener noreferrer nofollow"');
    expect(made).toContain(">a cat</a>");
  });
});

it("draws what Markdown means", () => {
  const made = html(
    "## A *b*\n\n1. one\n2. two\n\n> q\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n\n~~old~~ `code`",
  );
  expect(made).toContain("<h3>A <em>b</em></h3>");
  expect(made).toMatch(/<ol start="1"><li>one<\/li><li>two<\/li><\/ol>/);
  expect(made).toContain("<blockquote><p>q</p></blockquote>");
  expect(made).toContain('<td class="align-right">2</td>');
  expect(made).toMatch(/<input type="checkbox" checked disabled[^>]*>/);
  expect(made.match(/<input/g)).toHaveLength(1);
  expect(made).toContain("<del>old</del> <code>code</code>");
});

it("begins headings below those of the page and keeps their order", () => {
  expect(html("# A\n\n## B\n\n###### C")).toMatch(/<h3>A<\/h3><h4>B<\/h4><h6>C<\/h6>/);
  expect(html("### A\n\n#### B")).toMatch(/<h3>A<\/h3><h4>B<\/h4>/);
});

it("shows character references as the characters, once", () => {
  expect(html("a &amp; b &lt;i&gt;")).toContain("a &amp; b &lt;i>");
  expect(html("a &amp;lt; b")).toContain("a &amp;lt; b");
  expect(plainText("&#65;&#x1F600;&#0;&#xD800;&bogus;")).toBe("A😀\ufffd\ufffd&bogus;");
});

it("draws an unfinished answer at every length", () => {
  const text =
    "# T\n\n**bold _it_** [l](https://a.b)\n\n```ts\nlet a;\n```\n\n| a |\n|---|\n| b |\n\n- x\n  - y\n";
  for (let end = 0; end <= text.length; end++) expect(html(text.slice(0, end))).toContain("markdown");
});

it("bears nesting that would exhaust a stack", () => {
  expect(html(`${"> ".repeat(500)}deep`)).toContain("deep");
  expect(html(`${"- ".repeat(300)}deep`)).toContain("deep");
});

it.each([
  ["https://a.b/c", "https://a.b/c"],
  ["mailto:a@b.c", "mailto:a@b.c"],
  ["file:///etc/passwd", undefined],
  ["", undefined],
  ["blob:http://a/b", undefined],
])("safeLink(%s)", (href, safe) => {
  expect(safeLink(href)).toBe(safe);
});
