/** An object of Cloud Storage, by its name as it is: nothing in it is encoded. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly name: string;
}

/** `gs://bucket/name`, whose name may be empty; null for anything else. */
export function parseObjectUrl(text: string): ObjectLocation | null {
  const [, bucket, name = ''] = /^gs:\/\/([^/?#\s]+)(?:\/(.*))?$/s.exec(text) ?? [];
  return bucket === undefined ? null : { bucket, name };
}

export function formatObjectUrl({ bucket, name }: ObjectLocation): string {
  return `gs://${bucket}/${name}`;
}
