/** A file or folder that could not be read or written: what is in the way, in words, and `cause`, which Node threw. */
export class FolderFailure extends Error {
  /** As it was given to the function that failed. */
  readonly path: string;

  constructor(path: string, cause: NodeJS.ErrnoException) {
    super(reasons[cause.code ?? ''] ?? cause.message, { cause });
    this.name = 'FolderFailure';
    this.path = path;
  }
}

// Making a folder says EEXIST of both.
const noFolder = 'a file, or a link that leads nowhere, stands where a folder has to be';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'a folder stands where a file has to be',
  ENOTDIR: noFolder,
  EEXIST: noFolder,
  ELOOP: 'the links on the way to it lead in a circle',
};

/** For a promise's `catch`: throws a system error as a `FolderFailure` of the path, and anything else as it is. */
export function blame(path: string): (error: unknown) => never {
  return (error) => {
    if (isSystemError(error)) throw new FolderFailure(path, error);
    throw error;
  };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
