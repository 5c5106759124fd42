import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { copyText } from "./copy-text.ts";
import { IconButton } from "./icon-button.tsx";

/** Copies a text and says so for two seconds. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const { t, announcer } = useApp();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    if (!(await copyText(text))) return;
    setCopied(true);
    announcer.say(t.value.chat.copied);
  };
  return (
    <IconButton
      icon={copied ? "check" : "copy"}
      label={copied ? t.value.chat.copied : label}
      onClick={() => void copy()}
    />
  );
}
