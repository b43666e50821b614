//! A text as a QR code (ISO/IEC 18004), drawn in half blocks or as SVG.
//!
//! Dark modules are ink: cameras do not read a code whose dark and light are turned round, nor one without the light border,
//! so who draws it on a dark screen has to give both colours.

use qrcode::{Color, EcLevel};
use zeroize::Zeroizing;

/// The light border that readers need, in modules.
const BORDER: usize = 4;

/// A QR code.
pub struct QrCode {
    width: usize,
    dark: Zeroizing<Vec<bool>>,
}

impl QrCode {
    /// The code of a text, of which folds and stains may hide 15 parts in 100; `None` for a text that is too long for any.
    pub fn of(text: &[u8]) -> Option<Self> {
        let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let dark = code.to_colors().into_iter().map(|c| c == Color::Dark);
        Some(Self {
            width: code.width(),
            dark: Zeroizing::new(dark.collect()),
        })
    }

    /// Modules on a side, with the border.
    fn side(&self) -> usize {
        self.width + 2 * BORDER
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let within = |at: usize| at.checked_sub(BORDER).filter(|at| *at < self.width);
        match (within(x), within(y)) {
            (Some(x), Some(y)) => self.dark.get(y * self.width + x).copied().unwrap_or(false),
            _ => false,
        }
    }

    /// The code in lines of characters, each two modules high.
    pub fn lines(&self) -> Vec<Zeroizing<String>> {
        let side = self.side();
        let line = |y: usize| {
            let mut line = Zeroizing::new(String::with_capacity(side * '█'.len_utf8()));
            line.extend(
                (0..side).map(|x| match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                }),
            );
            line
        };
        (0..side).step_by(2).map(line).collect()
    }

    /// The code as a picture that any browser prints.
    pub fn svg(&self) -> Zeroizing<String> {
        let side = self.side();
        let mut svg = Zeroizing::new(String::with_capacity(side * side * 16));
        svg.push_str(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"60mm\" height=\"60mm\" \
             shape-rendering=\"crispEdges\">\n<rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\n<path fill=\"#000\" d=\""
        ));
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let run = (x..side).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    svg.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
                }
                x += run + 1;
            }
        }
        svg.push_str("\"/>\n</svg>\n");
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: &[u8] = b"base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

    fn drawn() -> QrCode {
        QrCode::of(USUAL).expect("a short text")
    }

    #[test]
    fn a_key_fits_a_small_terminal_with_its_border() {
        let lines = drawn().lines();
        assert_eq!(lines.len(), 21);
        assert!(lines.iter().all(|line| line.chars().count() == 41));
        let blank = |line: &str| line.chars().all(|c| c == ' ');
        assert!(lines[..2].iter().all(|line| blank(line)));
        assert!(lines[19..].iter().all(|line| blank(line)));
        let beside = |line: &str| line.starts_with("    ") && line.ends_with("    ");
        assert!(lines.iter().all(|line| beside(line)));
        // The corners by which a reader finds it.
        assert!(lines[2].starts_with("    █▀▀▀▀▀█ ") && lines[2].ends_with(" █▀▀▀▀▀█    "));
    }

    #[test]
    fn the_picture_has_the_same_modules() {
        let code = drawn();
        let svg = code.svg();
        let runs = svg.split('M').skip(1);
        let length = |run: &str| -> Option<usize> { run.split(['h', 'v']).nth(1)?.parse().ok() };
        let dark: usize = runs.filter_map(length).sum();
        assert_eq!(dark, code.dark.iter().filter(|dark| **dark).count());
        assert!(svg.contains("viewBox=\"0 0 41 41\""));
        assert!(svg.contains("M4 4h7v1h-7z"));
    }

    #[test]
    fn a_text_that_is_too_long_has_none() {
        assert!(QrCode::of(&[b'x'; 3000]).is_none());
    }
}
