import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../../src/extension/engine/childEnvironment';
import { userValueOf } from '../../../src/extension/connections/userValue';
import { Emitter } from '../../../src/extension/ui/emitter';
import { DisposableStore } from '../../../src/extension/ui/lifecycle';

describe('a disposable store', () => {
  it('disposes in reverse order, late additions at once, and everything even when one throws', () => {
    const disposed: string[] = [];
    const store = new DisposableStore();
    store.add({ dispose: () => disposed.push('first') });
    store.add({
      dispose: () => {
        throw new Error('broken');
      },
    });
    store.add({ dispose: () => disposed.push('third') });
    expect(() => store.dispose()).toThrow('could not be disposed');
    store.dispose();
    store.add({ dispose: () => disposed.push('late') });
    expect(disposed).toEqual(['third', 'first', 'late']);
  });
});

describe('an emitter', () => {
  it('reaches every listener although one throws, and none that left', () => {
    const heard: string[] = [];
    const emitter = new Emitter<string>();
    emitter.event((value) => heard.push(`a ${value}`)).dispose();
    emitter.event(() => {
      throw new Error('broken');
    });
    emitter.event((value) => heard.push(`b ${value}`));
    expect(() => emitter.fire('x')).toThrow();
    expect(heard).toEqual(['b x']);
  });
});

describe('a setting that decides where credentials go', () => {
  it('has the value that the user gave it, whatever the workspace says', () => {
    const inspected = { defaultValue: ['d'], globalValue: ['u'], workspaceValue: ['w'], workspaceFolderValue: ['f'] };
    expect(userValueOf(inspected)).toEqual(['u']);
    expect(userValueOf({ defaultValue: ['d'], workspaceValue: ['w'] } as { defaultValue: string[] })).toEqual(['d']);
    expect(userValueOf(undefined)).toBeUndefined();
  });
});

describe('the environment of a child', () => {
  it('holds no credentials and no debugger options, but what the network needs', () => {
    const environment = childEnvironment({
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      IBM_API_KEY_ID: 'x',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_SESSION_TOKEN: 'x',
      COS_HMAC_SECRET_ACCESS_KEY: 'x',
      DB_PASSWORD: 'x',
      NODE_OPTIONS: '--inspect',
    });
    expect(environment).toEqual({
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      ELECTRON_RUN_AS_NODE: '1',
    });
  });
});
