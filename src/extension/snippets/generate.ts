import type { SnippetPlace } from './place';
import { encodePath, quote, quoteAscii, quoteShell } from './quote';

/** Languages that snippets are written in. */
export const snippetLanguages = ['python', 'javascript', 'go', 'java', 'shellscript'] as const;
/** One of them, by VS Code's id. */
export type SnippetLanguage = (typeof snippetLanguages)[number];

/** A whole program that reads an object, or lists a bucket, with IBM's SDK. It takes its secrets, if any, from the environment. */
export function generateSnippet(language: SnippetLanguage, place: SnippetPlace): string {
  switch (language) {
    case 'python':
      return python(place);
    case 'javascript':
      return node(place);
    case 'go':
      return go(place);
    case 'java':
      return java(place);
    case 'shellscript':
      return curl(place);
  }
}

function python({ endpoint, bucket, key, isPathStyle, signIn }: SnippetPlace): string {
  const style = `s3={"addressing_style": "${isPathStyle ? 'path' : 'virtual'}"}`;
  const isSigned = signIn.kind !== 'anonymous';
  const use =
    key === undefined
      ? [
          'for page in cos.get_paginator("list_objects_v2").paginate(',
          `    Bucket=${quote(bucket, 'python')}`,
          '):',
          '    for entry in page.get("Contents", []):',
          '        print(entry["Key"], entry["Size"])',
        ]
      : [
          'answer = cos.get_object(',
          `    Bucket=${quote(bucket, 'python')},`,
          `    Key=${quote(key, 'python')},`,
          ')',
          'print(answer["Body"].read())',
        ];
  return lines(
    '# pip install ibm-cos-sdk',
    ...(isSigned ? ['import os', ''] : []),
    'import ibm_boto3',
    ...(isSigned ? [] : ['from ibm_botocore import UNSIGNED']),
    'from ibm_botocore.client import Config',
    '',
    'cos = ibm_boto3.client(',
    '    "s3",',
    `    endpoint_url=${quote(endpoint, 'python')},`,
    ...pythonSignIn(signIn, style),
    ')',
    '',
    ...use,
  );
}

function pythonSignIn(signIn: SnippetPlace['signIn'], style: string): readonly string[] {
  switch (signIn.kind) {
    case 'iam':
      return [
        '    ibm_api_key_id=os.environ["IBM_API_KEY_ID"],',
        `    ibm_service_instance_id=${quote(signIn.serviceInstanceId, 'python')},`,
        `    ibm_auth_endpoint=${quote(signIn.tokenUrl, 'python')},`,
        `    config=Config(signature_version="oauth", ${style}),`,
      ];
    case 'hmac':
      return [
        '    aws_access_key_id=os.environ["COS_HMAC_ACCESS_KEY_ID"],',
        '    aws_secret_access_key=os.environ["COS_HMAC_SECRET_ACCESS_KEY"],',
        `    region_name=${quote(signIn.region, 'python')},`,
        `    config=Config(signature_version="s3v4", ${style}),`,
      ];
    case 'anonymous':
      return [`    config=Config(signature_version=UNSIGNED, ${style}),`];
  }
}

function node({ endpoint, bucket, key, isPathStyle, signIn }: SnippetPlace): string {
  // Unsigned requests go by the operation's name.
  const call = (operation: string): string =>
    signIn.kind === 'anonymous' ? `makeUnauthenticatedRequest("${operation}", ` : `${operation}(`;
  const use =
    key === undefined
      ? [
          `  const page = await cos.${call('listObjectsV2')}{ Bucket: ${quote(bucket, 'javascript')} }).promise();`,
          '  for (const { Key, Size } of page.Contents) console.log(Key, Size);',
        ]
      : [
          '  const answer = await cos',
          `    .${call('getObject')}{ Bucket: ${quote(bucket, 'javascript')}, Key: ${quote(key, 'javascript')} })`,
          '    .promise();',
          '  process.stdout.write(answer.Body);',
        ];
  return lines(
    '// npm install ibm-cos-sdk',
    'const COS = require("ibm-cos-sdk");',
    '',
    'const cos = new COS.S3({',
    `  endpoint: ${quote(endpoint, 'javascript')},`,
    ...nodeSignIn(signIn),
    `  s3ForcePathStyle: ${isPathStyle},`,
    '});',
    '',
    'async function main() {',
    ...use,
    '}',
    '',
    'main().catch((error) => {',
    '  console.error(error);',
    '  process.exitCode = 1;',
    '});',
  );
}

function nodeSignIn(signIn: SnippetPlace['signIn']): readonly string[] {
  switch (signIn.kind) {
    case 'iam':
      return [
        '  apiKeyId: process.env.IBM_API_KEY_ID,',
        `  serviceInstanceId: ${quote(signIn.serviceInstanceId, 'javascript')},`,
        `  ibmAuthEndpoint: ${quote(signIn.tokenUrl, 'javascript')},`,
      ];
    case 'hmac':
      return [
        '  accessKeyId: process.env.COS_HMAC_ACCESS_KEY_ID,',
        '  secretAccessKey: process.env.COS_HMAC_SECRET_ACCESS_KEY,',
        `  region: ${quote(signIn.region, 'javascript')},`,
        '  signatureVersion: "v4",',
      ];
    case 'anonymous':
      // The SDK wants some, although it signs nothing.
      return ['  credentials: new COS.Credentials("", ""),'];
  }
}

function go({ endpoint, bucket, key, isPathStyle, signIn }: SnippetPlace): string {
  const text = (value: string): string => quoteAscii(value, 'go');
  const credentials = ((): string => {
    switch (signIn.kind) {
      case 'iam':
        return `ibmiam.NewStaticCredentials(aws.NewConfig(), ${text(signIn.tokenUrl)}, os.Getenv("IBM_API_KEY_ID"), ${text(signIn.serviceInstanceId)})`;
      case 'hmac':
        return 'credentials.NewStaticCredentials(os.Getenv("COS_HMAC_ACCESS_KEY_ID"), os.Getenv("COS_HMAC_SECRET_ACCESS_KEY"), "")';
      case 'anonymous':
        return 'credentials.AnonymousCredentials';
    }
  })();
  const usesOs = signIn.kind !== 'anonymous' || key !== undefined;
  const use =
    key === undefined
      ? [
          `\tinput := &s3.ListObjectsV2Input{Bucket: aws.String(${text(bucket)})}`,
          '\terr := client.ListObjectsV2Pages(input, func(page *s3.ListObjectsV2Output, last bool) bool {',
          '\t\tfor _, entry := range page.Contents {',
          '\t\t\tfmt.Println(*entry.Key, *entry.Size)',
          '\t\t}',
          '\t\treturn true',
          '\t})',
          '\tif err != nil {',
          '\t\tlog.Fatal(err)',
          '\t}',
        ]
      : [
          '\tanswer, err := client.GetObject(&s3.GetObjectInput{',
          `\t\tBucket: aws.String(${text(bucket)}),`,
          `\t\tKey:    aws.String(${text(key)}),`,
          '\t})',
          '\tif err != nil {',
          '\t\tlog.Fatal(err)',
          '\t}',
          '\tdefer answer.Body.Close()',
          '\tif _, err := io.Copy(os.Stdout, answer.Body); err != nil {',
          '\t\tlog.Fatal(err)',
          '\t}',
        ];
  return lines(
    '// go get github.com/IBM/ibm-cos-sdk-go',
    'package main',
    '',
    'import (',
    key === undefined ? '\t"fmt"' : '\t"io"',
    '\t"log"',
    ...(usesOs ? ['\t"os"'] : []),
    '',
    '\t"github.com/IBM/ibm-cos-sdk-go/aws"',
    `\t"github.com/IBM/ibm-cos-sdk-go/aws/credentials${signIn.kind === 'iam' ? '/ibmiam' : ''}"`,
    '\t"github.com/IBM/ibm-cos-sdk-go/aws/session"',
    '\t"github.com/IBM/ibm-cos-sdk-go/service/s3"',
    ')',
    '',
    'func main() {',
    '\tconf := aws.NewConfig().',
    `\t\tWithRegion(${text(regionOf(signIn))}).`,
    `\t\tWithEndpoint(${text(endpoint)}).`,
    `\t\tWithCredentials(${credentials}).`,
    `\t\tWithS3ForcePathStyle(${isPathStyle})`,
    '\tclient := s3.New(session.Must(session.NewSession()), conf)',
    ...use,
    '}',
  );
}

function java({ endpoint, bucket, key, isPathStyle, signIn }: SnippetPlace): string {
  const text = (value: string): string => quoteAscii(value, 'java');
  const root = 'com.ibm.cloud.objectstorage';
  const isIam = signIn.kind === 'iam';
  const [credentialsClass, secrets] = ((): readonly [string, string] => {
    switch (signIn.kind) {
      case 'iam':
        return ['oauth.BasicIBMOAuthCredentials', `System.getenv("IBM_API_KEY_ID"), ${text(signIn.serviceInstanceId)}`];
      case 'hmac':
        return [
          'auth.BasicAWSCredentials',
          'System.getenv("COS_HMAC_ACCESS_KEY_ID"), System.getenv("COS_HMAC_SECRET_ACCESS_KEY")',
        ];
      case 'anonymous':
        return ['auth.AnonymousAWSCredentials', ''];
    }
  })();
  const credentials = `new ${credentialsClass.replace(/.*\./, '')}(${secrets})`;
  const use =
    key === undefined
      ? [
          `        for (S3ObjectSummary entry : cos.listObjectsV2(${text(bucket)}).getObjectSummaries()) {`,
          '            System.out.println(entry.getKey() + " " + entry.getSize());',
          '        }',
        ]
      : [
          `        try (S3Object object = cos.getObject(${text(bucket)}, ${text(key)})) {`,
          '            object.getObjectContent().transferTo(System.out);',
          '        }',
        ];
  return lines(
    '// Maven: com.ibm.cos:ibm-cos-java-sdk',
    ...(isIam ? [`import ${root}.SDKGlobalConfiguration;`] : []),
    `import ${root}.auth.AWSStaticCredentialsProvider;`,
    `import ${root}.${credentialsClass};`,
    `import ${root}.client.builder.AwsClientBuilder.EndpointConfiguration;`,
    `import ${root}.services.s3.AmazonS3;`,
    `import ${root}.services.s3.AmazonS3ClientBuilder;`,
    `import ${root}.services.s3.model.${key === undefined ? 'S3ObjectSummary' : 'S3Object'};`,
    '',
    'public class Example {',
    '    public static void main(String[] args) throws Exception {',
    ...(isIam ? [`        SDKGlobalConfiguration.IAM_ENDPOINT = ${text(signIn.tokenUrl)};`] : []),
    '        AmazonS3 cos = AmazonS3ClientBuilder.standard()',
    `            .withCredentials(new AWSStaticCredentialsProvider(${credentials}))`,
    `            .withEndpointConfiguration(new EndpointConfiguration(${text(endpoint)}, ${text(regionOf(signIn))}))`,
    `            .withPathStyleAccessEnabled(${isPathStyle})`,
    '            .build();',
    ...use,
    '    }',
    '}',
  );
}

/** Secrets go through pipes: every user of a machine can read the arguments of a command. */
function curl({ endpoint, bucket, key, isPathStyle, signIn }: SnippetPlace): string {
  // Another name than one of DNS has no place in a host.
  const inHost = !isPathStyle && /^[a-z0-9][a-z0-9.-]*$/.test(bucket);
  const base = inHost ? endpoint.replace('//', `//${bucket}.`) : `${endpoint}/${encodePath(bucket)}`;
  const url = quoteShell(key === undefined ? `${base}?list-type=2` : `${base}/${encodePath(key)}`);
  const request = `curl --fail --silent --show-error --globoff --path-as-is`;
  if (signIn.kind === 'hmac') {
    return lines(
      `printf 'user = "%s:%s"\\n' "$COS_HMAC_ACCESS_KEY_ID" "$COS_HMAC_SECRET_ACCESS_KEY" |`,
      `  ${request} --config - --aws-sigv4 ${quoteShell(`aws:amz:${signIn.region}:s3`)} \\`,
      `    ${url}`,
    );
  }
  if (signIn.kind === 'anonymous') return lines(`${request} \\`, `  ${url}`);
  return lines(
    `token=$(printf '%s' "$IBM_API_KEY_ID" |`,
    `  curl --fail --silent --show-error --globoff ${quoteShell(signIn.tokenUrl)} \\`,
    `    --data-urlencode 'grant_type=urn:ibm:params:oauth:grant-type:apikey' \\`,
    `    --data-urlencode 'apikey@-' |`,
    `  sed -n 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/p')`,
    `printf 'authorization: Bearer %s\\n' "$token" |`,
    `  ${request} --header @- \\`,
    `    ${url}`,
  );
}

/** SDKs want one; a bucket is found by its endpoint. */
function regionOf(signIn: SnippetPlace['signIn']): string {
  return signIn.kind === 'hmac' ? signIn.region : 'us-standard';
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
