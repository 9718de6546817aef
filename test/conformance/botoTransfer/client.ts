import type { ConformanceClient } from '../client';
import { installPythonPackages } from '../packages';
import { runPythonProgram } from '../pythonProgram';

/** The transfer manager of boto3, with HMAC keys. */
export const botoTransfer: ConformanceClient = {
  name: 'boto3',
  title: 'boto3 transfer manager',
  prepare: async (packageFolder) => installPythonPackages(packageFolder, { boto3: '1.44.5' }),
  run: (context) => runPythonProgram(context, 'test/conformance/botoTransfer/program.py'),
};
