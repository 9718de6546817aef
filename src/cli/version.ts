/** The build puts in the version of the package. */
declare const COS_VERSION: string;

/** What `cos --version` prints. */
export function versionText(): string {
  return `cos ${COS_VERSION}\n`;
}
