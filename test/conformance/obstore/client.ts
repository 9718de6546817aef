import type { ConformanceClient } from '../client';
import { installPythonPackages } from '../packages';
import { runPythonProgram } from '../pythonProgram';

/** obstore, the object_store of Apache Arrow for Python, with HMAC keys. */
export const obstore: ConformanceClient = {
  name: 'obstore',
  title: 'obstore',
  isProven: true,
  prepare: async (packageFolder) => installPythonPackages(packageFolder, { obstore: '0.12.1' }),
  run: (context) => runPythonProgram(context, 'test/conformance/obstore/program.py'),
};
