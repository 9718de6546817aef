import type { ConformanceClient } from '../client';
import { installPythonPackages } from '../packages';
import { runPythonProgram } from '../pythonProgram';

/** The transfer manager of boto3, with HMAC keys. */
export const botoTransfer: ConformanceClient = {
  name: 'boto3',
  title: 'boto3 transfer manager',
  prepare: async (packageFolder) => installPythonPackages(packageFolder, { boto3: '1.44.8' }),
  run: (context) => runPythonProgram(context, 'test/conformance/botoTransfer/program.py'),
};

/** boto3 with the Common Runtime, in an environment of its own: where it is installed, boto3 uses it for more than asked. */
export const botoCrt: ConformanceClient = {
  name: 'boto3-crt',
  title: 'boto3 with CRT',
  prepare: async (packageFolder) => installPythonPackages(packageFolder, { 'boto3[crt]': '1.44.8' }),
  run: (context) => runPythonProgram(context, 'test/conformance/botoTransfer/crt.py'),
};
