import { ServiceError } from '../jsonService';

/** IAM's error codes (control-plane §1.4). Bad credentials come as 400, not 401. */
export const iamErrors = {
  propertyMissing: (property: string) => new ServiceError(400, 'BXNIM0109E', `Property missing or empty: ${property}`),
  notForm: () =>
    new ServiceError(400, 'BXNIM0109E', 'Property missing or empty: grant_type', {
      extra: { errorDetails: 'The body must be sent as application/x-www-form-urlencoded.' },
    }),
  unknownGrant: (grantType: string) =>
    new ServiceError(400, 'BXNIM0109E', 'Property missing or empty: grant_type', {
      extra: { errorDetails: `The grant type "${grantType}" is not supported here.` },
    }),
  unknownApiKey: () => new ServiceError(400, 'BXNIM0415E', 'Provided API key could not be found.'),
  invalidToken: (what: string) => new ServiceError(400, 'BXNIM0407E', `Provided ${what} failed to validate.`),
  refreshTokenExpired: () => new ServiceError(400, 'BXNIM0408E', 'Provided refresh_token is expired.'),
  sessionInactive: () => new ServiceError(400, 'BXNIM0439E', 'The login session is inactive.'),
  wrongClient: () =>
    new ServiceError(400, 'BXNIM0139E', 'The client id of the request does not match the one of the refresh token.'),
  externalAuthentication: (passcodeUrl: string) =>
    new ServiceError(400, 'BXNIM0400E', 'External authentication is required.', {
      extra: {
        errorDetails: 'This account needs multifactor authentication; sign in with a one-time passcode.',
        requirements: { error: `Open ${passcodeUrl}`, code: 'mfa-required' },
      },
    }),
  /** For the routes beside the token endpoint that want an access token. */
  unauthorized: () => new ServiceError(401, 'BXNIM0408E', 'The access token is missing, invalid or expired.'),
};

/** The error body of IAM. */
export function describeIamError(error: ServiceError, request: { requestId: string; url: string }): unknown {
  const now = new Date().toUTCString();
  return {
    context: {
      requestId: request.requestId,
      requestType: 'incoming.Identity_Token',
      userAgent: '',
      url: request.url,
      instanceId: 'local',
      startTime: now,
      endTime: now,
      elapsedTime: '0',
      locale: 'en_US',
      clusterName: 'local',
    },
    errorCode: error.code,
    errorMessage: error.message,
    ...error.extra,
  };
}
