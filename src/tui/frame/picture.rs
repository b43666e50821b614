//! A screen as an SVG picture, from the same buffer that a terminal gets: for the README.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 14.0;
const PAPER: &str = "#16181d";
const INK: &str = "#d7d9de";

/// Draws the buffer as SVG.
pub fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (width, height) = (
        columns * CELL.0 + 2.0 * MARGIN,
        rows * CELL.1 + 2.0 * MARGIN,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let columns = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
            // Cells of one look stand in one run; wide characters stand alone, as fonts disagree about them.
            let mut run = cell.symbol().to_owned();
            let mut end = x + columns;
            while columns == 1 && end < buffer.area.width {
                let next = &buffer[(end, y)];
                if next.fg != cell.fg
                    || next.modifier != cell.modifier
                    || !next.symbol().is_ascii()
                    || !run.is_ascii()
                {
                    break;
                }
                run.push_str(next.symbol());
                end += 1;
            }
            if !run.trim().is_empty() {
                text(
                    &mut svg,
                    x,
                    y,
                    f64::from(end - x) * CELL.0,
                    &run,
                    cell.fg,
                    cell.modifier,
                );
            }
            x = end;
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn text(
    svg: &mut String,
    x: u16,
    y: u16,
    width: f64,
    run: &str,
    colour: Color,
    modifier: Modifier,
) {
    let escaped = run
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let weight = if modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let (left, base) = (
        MARGIN + f64::from(x) * CELL.0,
        MARGIN + f64::from(y) * CELL.1 + 13.5,
    );
    let _ = writeln!(
        svg,
        "<text x=\"{left:.1}\" y=\"{base:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight}>{escaped}</text>",
        ink(colour)
    );
}

fn ink(colour: Color) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => INK.to_owned(),
    }
}
