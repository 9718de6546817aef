// Part of `npm start` alone: shows our view container in the window that it opens.
/* global require, exports */
const vscode = require('vscode');

exports.activate = () => vscode.commands.executeCommand('workbench.view.extension.ibmcos');
