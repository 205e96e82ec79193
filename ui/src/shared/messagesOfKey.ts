/** Sentences about where this device's secret key lies. Part of `messages.ts`. */
export const key = {
  title: 'Secret key of this device',
  inFile:
    'It lies in a file beside your notes. Whoever copies this disk, or a backup of it, can pass for this device.',
  move: 'Behind the password of this system’s key store, a copied disk still shows your notes but cannot pass for this device. Without that password Skein does not open here.',
  inKeystore:
    'It lies in this system’s key store, behind its password. Whoever copies this disk, or a backup of it, can read your notes but cannot pass for this device.',
  back: 'Without that password Skein does not open here. In a file it needs none, and a copied disk can pass for this device.',
  toKeystore: 'Move to the key store…',
  toFile: 'Back to a file',
  moving: 'Moving…',
  asking: 'The key store may ask for its password in a window of its own.',
  callOff: 'Cancel',
  copyInFile: 'A copy may still lie in the file. Skein erases it at its next start.',
  copyInKeystore: 'A copy may still lie in the key store. Skein erases it at its next start.',
  moved: { file: 'The key lies in a file now.', keystore: 'The key lies in the key store now.' },
  failed: (why: string) => `That did not work: ${why}.`,
}
