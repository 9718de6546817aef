import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ClientContext, ConformanceClient } from '../client';
import { installNpmPackage } from '../packages';
import { bucketOperations } from './buckets';
import { configurationOperations } from './configuration';
import { immutableOperations } from './immutable';
import { multipartOperations } from './multipart';
import { objectLockOperations } from './objectLock';
import { objectOperations } from './objects';
import { connect, type OperationStep, type Sdk } from './sdk';

const packageName = 'ibm-cos-sdk';

/** IBM's Node SDK: every operation of its model, with an API key. */
export const nodeSdk: ConformanceClient = {
  name: 'node-sdk',
  title: 'IBM COS SDK for Node.js',
  isProven: true,
  prepare: async (packageFolder) => installNpmPackage(packageFolder, packageName, '1.15.1'),
  run: runOperations,
};

async function runOperations({ server, packageFolder, steps }: ClientContext): Promise<void> {
  const sdk = createRequire(join(packageFolder, 'package.json'))(packageName) as Sdk;
  const model = JSON.parse(
    readFileSync(join(packageFolder, 'node_modules', packageName, 'apis/s3-2006-03-01.min.json'), 'utf8'),
  ) as { operations: Record<string, unknown> };
  const cos = connect(sdk, server);
  const covered: OperationStep[] = [
    ...bucketOperations,
    ...objectOperations,
    ...multipartOperations,
    ...configurationOperations,
    ...objectLockOperations,
    ...immutableOperations,
  ];
  for (const step of covered) {
    await steps.step(step.operation, async () => {
      await step.run(cos);
      assert.ok(cos.called.has(step.operation), `the step did not call ${step.operation}`);
    });
  }
  await steps.ownStep('Sign-in with a wrong API key is refused', async () => {
    const stranger = connect(sdk, { ...server, apiKey: 'not-a-key' });
    await assert.rejects(stranger.call('ListBuckets'), { name: 'CredentialsError' });
  });
  await steps.step('HMAC keys sign requests', async () => {
    const signed = connect(sdk, server, 'hmac');
    const { Buckets } = await signed.call('ListBuckets');
    const names = (Buckets as { Name: string }[]).map(({ Name }) => Name);
    assert.ok(names.includes('node-sdk') && names.includes('node-sdk-lock'), names.join());
  });
  const operations = Object.keys(model.operations);
  const names = new Set(covered.map(({ operation }) => operation));
  await steps.ownStep(`Every one of the ${operations.length} operations of the model has a step`, async () => {
    assert.deepEqual(
      operations.filter((operation) => !names.has(operation)),
      [],
    );
    assert.deepEqual(
      [...names].filter((operation) => !operations.includes(operation)),
      [],
    );
  });
  const sent = operations.filter((operation) => cos.called.has(operation)).length;
  const passed = steps.results.filter(({ name, status }) => names.has(name) && status === 'passed').length;
  const refused = steps.results.filter(({ name, status }) => names.has(name) && status === 'refused').length;
  console.log(
    `  ${operations.length} operations in the model: ${sent} called, ${passed} passed, ${refused} refused as COS does`,
  );
}
