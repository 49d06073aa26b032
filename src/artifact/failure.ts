/** A file or folder that could not be read or written: what is in the way, in words, and `cause`, which Node threw. */
export class FolderFailure extends Error {
  /** As it was given to the function that failed. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'FolderFailure';
    this.path = path;
  }
}

// Making a folder says EEXIST of both.
export const noFolder = 'a file, or a link that leads nowhere, stands where a folder has to be';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'a folder stands where a file has to be',
  ENOTDIR: noFolder,
  EEXIST: noFolder,
  ELOOP: 'the links on the way to it lead in a circle',
  ENOENT: 'nothing can be made there',
  EXDEV: 'it is on another disk than the folder above it, so that a file cannot be moved there whole',
  ENAMETOOLONG: 'the path is too long',
};

/** For a `catch`: throws a system error as a `FolderFailure` of the path, and anything else as it is. */
export function blame(path: string, error: unknown): never {
  if (isSystemError(error)) throw new FolderFailure(path, reasons[error.code ?? ''] ?? error.message, { cause: error });
  throw error;
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
