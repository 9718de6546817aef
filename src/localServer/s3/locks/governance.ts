import { roleAllows } from '../auth/permissions';
import type { Exchange } from '../wire/exchange';

/** True when the request asks to bypass GOVERNANCE retention and its sender may (rule 83). */
export function mayBypassGovernance(exchange: Exchange): boolean {
  return (
    exchange.request.header('x-amz-bypass-governance-retention')?.toLowerCase() === 'true' &&
    exchange.principal.kind !== 'anonymous' &&
    roleAllows(exchange.principal.role, 'manage')
  );
}
