import type { CommandTable } from '../command/command';

/** Commands of Local Object Storage. */
export const localServerCommands = {
  'ibmcos.localServer.start': {
    target: 'none',
    run: async ({ localServer, view }) => {
      if (await localServer.start()) await view.revealConnection(localServer.connectionId);
    },
  },
  'ibmcos.localServer.stop': { target: 'none', run: ({ localServer }) => localServer.stop() },
  'ibmcos.localServer.reset': { target: 'none', run: ({ localServer }) => localServer.reset() },
  'ibmcos.localServer.chooseDataFolder': { target: 'none', run: ({ localServer }) => localServer.chooseDataFolder() },
  'ibmcos.localServer.showLog': { target: 'none', run: ({ localServer }) => localServer.showLog() },
} satisfies CommandTable;
