/** What to do about a file whose own contents are wrong. */
export const CONVERT_AGAIN = "Download or convert the file again.";
/** What to do about a file that lost bytes on the way. */
export const COPY_AGAIN = "Download or copy the file again.";
