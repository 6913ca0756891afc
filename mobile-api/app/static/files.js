/** Where the files of this version lie. */
export const files = new URL("./", import.meta.url);
