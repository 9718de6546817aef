import type { ConformanceClient } from '../client';
import { installPythonPackages } from '../packages';
import { runPythonProgram } from '../pythonProgram';

/** IBM's Python SDK, through each section of IBM's Python guide. */
export const pythonSdk: ConformanceClient = {
  name: 'python-sdk',
  title: 'IBM COS SDK for Python',
  isProven: true,
  prepare: async (packageFolder) =>
    installPythonPackages(packageFolder, { 'ibm-cos-sdk': '2.16.2', 'ibm-cos-sdk-config': '2.2.0' }),
  run: (context) => runPythonProgram(context, 'test/conformance/pythonSdk/program.py'),
};
