import { KonkyoError } from '../konkyoError.ts';

/** What keeps a certificate from being proved again. */
export type Differs = 'file' | 'model' | 'image' | 'proof';

/** A certificate that was changed, is about something else, or does not prove what it says. */
export class CertificateError extends KonkyoError {
  readonly tag = 'certificate';
  readonly differs: Differs;

  constructor(differs: Differs, message: string) {
    super(message);
    this.differs = differs;
  }
}

/** A model with an operator that the verifier does not know. */
export class UnverifiableModelError extends KonkyoError {
  readonly tag = 'unverifiable-model';
}
