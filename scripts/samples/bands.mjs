// The assets of an item, and of the collection's `item_assets`: what is the same in all stands once.
const cog = 'image/tiff; application=geotiff; profile=cloud-optimized';

const bands = {
  blue: { name: 'B02', common_name: 'blue', center_wavelength: 0.49, full_width_half_max: 0.098 },
  green: { name: 'B03', common_name: 'green', center_wavelength: 0.56, full_width_half_max: 0.045 },
  red: { name: 'B04', common_name: 'red', center_wavelength: 0.665, full_width_half_max: 0.038 },
  nir: { name: 'B08', common_name: 'nir', center_wavelength: 0.842, full_width_half_max: 0.145 },
};

function describeBand(title, band) {
  return { type: cog, title: `${title}, 10 m`, roles: ['data', 'reflectance'], gsd: 10, 'eo:bands': [band] };
}

export const itemAssets = {
  blue: describeBand('Blue', bands.blue),
  green: describeBand('Green', bands.green),
  red: describeBand('Red', bands.red),
  nir: describeBand('Near infrared', bands.nir),
  visual: {
    type: cog,
    title: 'True colour',
    roles: ['visual'],
    gsd: 10,
    'eo:bands': [bands.red, bands.green, bands.blue],
  },
  scl: { type: cog, title: 'Scene classification, 20 m', roles: ['data'], gsd: 20 },
  thumbnail: { type: 'image/jpeg', title: 'Thumbnail', roles: ['thumbnail'] },
};

const files = {
  blue: 'B02.tif',
  green: 'B03.tif',
  red: 'B04.tif',
  nir: 'B08.tif',
  visual: 'TCI.tif',
  scl: 'SCL.tif',
  thumbnail: 'preview.jpg',
};

/** The assets of the item whose files lie under `folder` (a URL). */
export function makeAssets(folder) {
  return Object.fromEntries(
    Object.entries(itemAssets).map(([name, asset]) => [name, { href: `${folder}/${files[name]}`, ...asset }]),
  );
}
