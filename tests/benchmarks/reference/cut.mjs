// The three variants of a picture, made at one time, as the receiver of the reference design makes them.
import sharp from "sharp";

const VARIANTS = { og: [1200, 630], thumb: [400, 400], social: [1080, 1080] };

export async function cut(picture) {
  const made = Object.entries(VARIANTS).map(async ([name, [width, height]]) => [
    name,
    await sharp(picture).resize(width, height, { fit: "cover" }).webp({ quality: 85 }).toBuffer(),
  ]);
  return Object.fromEntries(await Promise.all(made));
}
