import { BulkSettingsError } from '../bulk/errors.ts';

/** The package h5wasm, which only these files need; whoever writes them installs it. @throws BulkSettingsError where it is not there */
export async function hdf5() {
  try {
    const library = await import('h5wasm/node');
    await library.ready;
    return library;
  } catch (cause) {
    throw new BulkSettingsError(
      'A project for ViRelAy takes the package h5wasm, which is not installed beside konkyo: npm install h5wasm.',
      { cause },
    );
  }
}

type Library = Awaited<ReturnType<typeof hdf5>>;
export type Hdf5File = InstanceType<Library['File']>;
