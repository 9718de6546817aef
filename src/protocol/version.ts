/** Version of the contract between extension and engine. Both come in one package, so anything but equality is a broken installation. */
export const protocolVersion = 1;
