//! The icon in the tray: the program's own, changed to what is true. Pure.

use super::facts::Tone;

/// How much of its strength the icon keeps while offline, of 256.
const FAINT: u16 = 110;
/// The dot that says "look here": madder red, as in the window (`ui/src/shared/tokens.css`).
const DOT: [u8; 4] = [176, 52, 42, 255];

/// The picture for a tone: as it is, faint and grey, or with a dot in its corner. Form as well as colour, so that it is told
/// apart without seeing hues. `rgba` is `width` pixels wide.
pub fn picture(rgba: &[u8], width: usize, tone: Tone) -> Vec<u8> {
    let mut pixels = rgba.to_vec();
    match tone {
        Tone::Well => {}
        Tone::Offline => pixels.chunks_exact_mut(4).for_each(fade),
        Tone::NeedsYou => dot(&mut pixels, width),
    }
    pixels
}

fn fade(pixel: &mut [u8]) {
    let sum: u16 = pixel[..3].iter().map(|part| u16::from(*part)).sum();
    let grey = (sum / 3) as u8;
    pixel[..3].fill(grey);
    pixel[3] = (u16::from(pixel[3]) * FAINT / 256) as u8;
}

/// A round dot over the lower right quarter.
fn dot(pixels: &mut [u8], width: usize) {
    let (radius, height) = (width as i64 / 4, pixels.len() / 4 / width.max(1));
    let centre = (width as i64 - radius - 1, height as i64 - radius - 1);
    for (at, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        let (x, y) = (
            (at % width) as i64 - centre.0,
            (at / width) as i64 - centre.1,
        );
        if x * x + y * y <= radius * radius {
            pixel.copy_from_slice(&DOT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tone_has_a_picture_of_its_own_and_of_the_same_size() {
        let rgba = [200, 30, 20, 255].repeat(16 * 16);
        let of = |tone| picture(&rgba, 16, tone);
        let (well, offline, needs) = (of(Tone::Well), of(Tone::Offline), of(Tone::NeedsYou));
        assert_eq!(well, rgba);
        assert_ne!(offline, well);
        assert_ne!(needs, well);
        assert_ne!(needs, offline);
        assert!(
            [&offline, &needs]
                .iter()
                .all(|each| each.len() == rgba.len())
        );
        assert_eq!(needs[..4], rgba[..4], "the dot covers its corner only");
        assert!(offline.chunks_exact(4).all(|p| p[0] == p[1] && p[3] < 255));
    }

    #[test]
    fn a_picture_of_nothing_is_nothing() {
        assert!(picture(&[], 0, Tone::NeedsYou).is_empty());
    }
}
