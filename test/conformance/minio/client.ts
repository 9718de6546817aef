import type { ConformanceClient } from '../client';
import { installPythonPackages } from '../packages';
import { runPythonProgram } from '../pythonProgram';

/** MinIO's SDK for Python, with HMAC keys. */
export const minio: ConformanceClient = {
  name: 'minio-py',
  title: 'minio-py',
  isProven: true,
  prepare: async (packageFolder) => installPythonPackages(packageFolder, { minio: '7.2.20' }),
  run: (context) => runPythonProgram(context, 'test/conformance/minio/program.py'),
};
