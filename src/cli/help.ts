const places = `Places are written cos://bucket/key (or s3://bucket/key).`;

const folderHelp = `A place is a folder, with or without "/" at its end: cos://bucket/mk is what lies in mk/. One that ends in "*" is all
that begins with what comes before: "cos://bucket/mk*" is what lies in mk/ and in mkcopy/, and mk.txt.
`;

const commonHelp = `  --endpoint URL      the endpoint, e.g. https://s3.us-south.cloud-object-storage.appdomain.cloud
                      (otherwise AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or the endpoint_url of the profile or its services)
  --profile NAME      take credentials from this profile of the AWS files, and nowhere else
  --auth HOW          iam or hmac: sign in with the API key, or with the HMAC pair, of a source that holds both
                      (otherwise COS_AUTH, or what IBM's tools take: the HMAC pair of cos_credentials, the API key of others)
  --no-sign-request   do not sign in: public buckets
  --json              print JSON, one document a line; a failure is {"type":"error","kind":…,"message":…} there, too
  --help              print this text

Credentials come from the first of: IBM_API_KEY_ID (with IBM_SERVICE_INSTANCE_ID, IBM_AUTH_ENDPOINT),
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), COS_HMAC_ACCESS_KEY_ID and
COS_HMAC_SECRET_ACCESS_KEY, IBMCLOUD_API_KEY, the profile AWS_PROFILE, the file COS_CREDENTIALS_FILE or
~/.bluemix/cos_credentials, the profile "default" of the AWS credentials and config files. Never from arguments.
Characters of names that a terminal would obey or hide are shown as escapes such as <U+001B>; with --json names are exact.
`;

const exitHelp = `Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some items failed or could not be moved, 130 cancelled by Ctrl-C.
`;

/** What `--help` prints, for all verbs and for each. */
export const help = {
  all: `Usage: cos <verb> [options]

  cos ls [cos://bucket[/folder]]     list buckets, folders and objects
  cos stat cos://bucket/key          show what is known of an object or bucket
  cos cp SOURCE... TARGET            copy files up, objects down, or objects inside the service
  cos rm cos://bucket/key...         delete objects

"cos <verb> --help" tells more; "cos --version" tells the version. ${places}

${exitHelp}`,
  ls: `Usage: cos ls [cos://bucket[/folder]] [options]

Lists buckets, or what a folder of a bucket holds: folders and objects, or all objects below it with --recursive.
${folderHelp}
  --recursive, -r     all objects below the folder, with their whole keys
${commonHelp}`,
  stat: `Usage: cos stat cos://bucket[/key] [options]

Shows size, date, ETag, headers, metadata and checksums of an object, or date and location of a bucket.

${commonHelp}`,
  cp: `Usage: cos cp SOURCE... TARGET [options]

  cos cp file cos://bucket/key                 upload under that key; below it, if it ends in "/"
  cos cp cos://bucket/key file                 download; into the folder, if there is one
  cos cp --recursive folder cos://bucket/p     upload what the folder holds below p/
  cos cp --recursive cos://bucket/p folder     download what lies below p/ into the folder
  cos cp - cos://bucket/key                    upload standard input
  cos cp cos://bucket/key -                    download to standard output; pipes such as <(command) and >(command) work, too
  cos cp cos://bucket/a cos://other/b          copy inside the service

Nothing half-written stays, whatever happens: a file or object appears when it is complete. The last line on standard error,
or "verdicts" of --json, says what vouches for the bytes: a checksum, or their size alone where the service names none.
Bytes on standard output are compared once they are out: wait for the exit code.
With --recursive:
${folderHelp}
  --recursive, -r     whole folders
  --include PATTERN   with --recursive, only what matches: a glob such as "*.csv" or "2026/**/*.json"; may be repeated
  --exclude PATTERN   with --recursive, nothing that matches; wins over --include; may be repeated
                      Patterns have *, **, ?, [a-z], [!a-z], {a,b}, and \\ before a character that means itself. They are
                      compared with names below the target: those with "/" at the beginning or inside with the whole
                      name, others with its last part. A "/" at the end means folders only. What matches a folder means
                      all that is in it. A pattern that matches nothing is told; where --include selects nothing at all,
                      the exit code is 1
  --no-follow-symlinks
                      leave out symbolic links in folders, and say so; otherwise they are followed, and loops are found
  --if-exists WHAT    skip, replace or fail (default) where the target exists
  --content-type TYPE, --cache-control TEXT, --content-disposition TEXT, --content-encoding TEXT,
  --content-language TEXT, --expires DATE
                      headers of what is uploaded; the content type is that of a file's name otherwise
  --metadata N=VALUE  metadata of what is uploaded; may be repeated
  --tag KEY=VALUE     a tag of what is uploaded; may be repeated
  --retain-until DATE, --retain-days N, --legal-hold ID
                      protect what is uploaded to a bucket with a retention policy
  --lock-mode MODE --retain-until DATE, --lock-hold
                      protect what is uploaded to a bucket with Object Lock; MODE is GOVERNANCE or COMPLIANCE
  --protection HOW    of copies inside the service: keep (retention, legal holds and lock of the source, refused where that
                      cannot be) or bucket-default; otherwise the service decides
  --concurrency N     requests at once (16)
  --part-size SIZE    larger objects are moved in parts of this size, e.g. 64M (8M)
  --limit-rate RATE   bytes per second at most, e.g. 10M
  --resume            go on where an earlier run of the same copy was killed or cut off, and keep what has arrived if this one
                      is interrupted (noted in COS_STATE_FOLDER, or the user's folder for state). Without it, an
                      interrupted run removes what is half-made
${commonHelp}
With --json, progress comes as lines {"type":"progress",…} and ends with {"type":"result",…}.
${exitHelp}`,
  rm: `Usage: cos rm cos://bucket/key... [options]

Deletes objects. With --recursive, everything below each place, after counting and asking.
${folderHelp}
  --recursive, -r     everything below
  --yes, -y           do not ask
${commonHelp}
${exitHelp}`,
} as const;
