/** What the server tells when it is ready: the one line that `main.ts` prints on standard output, as JSON. */
export interface LocalServerInfo {
  /** The S3 endpoint of the default location. */
  readonly endpoint: string;
  /** S3 endpoints by location code. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Tokens; also the account list. */
  readonly iamEndpoint: string;
  /** The same with a secret of this run, below which a passcode is shown: it opens a session of the local developer. */
  readonly signInEndpoint: string;
  /** The account list, `GET /coe/v2/accounts`. */
  readonly accountsEndpoint: string;
  /** Resource Configuration API, with its `/v1`. */
  readonly configEndpoint: string;
  /** Key Protect of every region. */
  readonly kmsEndpoint: string;
  readonly resourceControllerEndpoint: string;
  /** The endpoint catalogue, the full URL of the document. */
  readonly endpointsCatalogueUrl: string;
  /** Static websites, at `http://<bucket>.localhost:<port>/`. */
  readonly websiteEndpoint: string;
  /** Ends in a secret of this run: whoever has it can ask for every key. */
  readonly adminEndpoint: string;
  /** PEM file of the authority that signed the certificate, with `--tls` only. */
  readonly caFile?: string;
  readonly apiKey: string;
  /** A trusted profile that may write in the default instance, and the file with the token of its compute resource. */
  readonly trustedProfileId: string;
  readonly computeTokenFile: string;
  /** CRN of the default instance. */
  readonly serviceInstanceId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
