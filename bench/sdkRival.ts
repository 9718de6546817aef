// What a program made with the AWS SDK does without further thought: lib-storage's Upload, or one PutObject of a stream; one
// stream for a download.
// Usage: node bench/sdkRival.ts start | up SOURCE BUCKET NAME | put SOURCE BUCKET NAME | down BUCKET NAME TARGET
import { createReadStream, createWriteStream, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

const parallel = 16;
const client = new S3Client({ forcePathStyle: true });

async function upload(fsPath: string, bucket: string, key: string): Promise<void> {
  const params = { Bucket: bucket, Key: key, Body: createReadStream(fsPath) };
  await new Upload({ client, params }).done();
}

async function put(fsPath: string, bucket: string, key: string): Promise<void> {
  const body = { Body: createReadStream(fsPath), ContentLength: statSync(fsPath).size };
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, ...body }));
}

async function download(bucket: string, key: string, fsPath: string): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  await pipeline(Body as Readable, createWriteStream(fsPath));
}

async function each(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) await work(name);
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}

const [verb, first = '', second = '', third = ''] = process.argv.slice(2);
if (verb === 'up' && statSync(first).isDirectory()) {
  await each(readdirSync(first), (name) => upload(join(first, name), second, `${third}/${name}`));
} else if (verb === 'up') {
  await upload(first, second, third);
} else if (verb === 'put') {
  await put(first, second, third);
} else if (verb === 'down' && second.endsWith('/')) {
  mkdirSync(third, { recursive: true });
  const names: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: first, Prefix: second })) {
    names.push(...(page.Contents ?? []).map(({ Key = '' }) => Key.slice(second.length)));
  }
  await each(names, (name) => download(first, second + name, join(third, name)));
} else if (verb === 'down') {
  await download(first, second, third);
}
