//! National Grid references: two letters and an even number of digits, to a square and back.
//!
//! Source: Ordnance Survey, "A guide to coordinate systems in Great Britain" (2020), section 7.1.

use crate::model::BngPoint;

/// 100 km squares with land, by their letters.
const SQUARES: &str = "HO HP HT HU HW HX HY HZ NA NB NC ND NF NG NH NJ NK NL NM NN NO NR NS NT NU NW NX NY NZ OV SC SD SE TA \
                       SH SJ SK TF TG SM SN SO SP TL TM SR SS ST SU TQ TR SV SW SX SY SZ TV";

/// A square of the National Grid.
///
/// # CRS
/// EPSG:27700.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridSquare {
    /// South-west corner.
    pub corner: BngPoint,
    /// Length of a side: 10,000 m for two digits, 1 m for ten.
    pub side_m: f64,
}

impl GridSquare {
    /// Reads a reference with or without spaces, 2 to 10 digits.
    ///
    /// # Examples
    /// ```
    /// use places::geocode::GridSquare;
    /// let square = GridSquare::parse("TG 230 085").unwrap();
    /// assert_eq!((square.corner.easting, square.corner.northing, square.side_m), (623_000.0, 308_500.0, 100.0));
    /// assert!(GridSquare::parse("TG 23 085").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut compact = String::with_capacity(12);
        for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '.' | '-')) {
            if !c.is_ascii_alphanumeric() || compact.len() == 12 {
                return None;
            }
            compact.push(c.to_ascii_uppercase());
        }
        let (letters, digits) = compact.split_at_checked(2)?;
        // Uneven parts, as in `TG 23 085`, are no reference though they have an odd number of digits only together.
        let parts: Vec<&str> = text.split_whitespace().filter(|p| p.bytes().all(|b| b.is_ascii_digit())).collect();
        if parts.len() == 2 && parts[0].len() != parts[1].len() {
            return None;
        }
        Self::of(letters, digits)
    }

    /// The square of two letters and digits.
    pub(super) fn of(letters: &str, digits: &str) -> Option<Self> {
        let corner = corner_of(letters)?;
        let half = digits.len() / 2;
        if !digits.len().is_multiple_of(2) || !(1..=5).contains(&half) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let side_m = 10_f64.powi(5 - half as i32);
        let metres = |text: &str| text.parse::<u32>().ok().map(|n| f64::from(n) * side_m);
        let (east, north) = (metres(&digits[..half])?, metres(&digits[half..])?);
        Some(Self { corner: BngPoint { easting: corner.easting + east, northing: corner.northing + north }, side_m })
    }

    /// The middle of the square.
    #[must_use]
    pub fn center(&self) -> BngPoint {
        let half = self.side_m / 2.0;
        BngPoint { easting: self.corner.easting + half, northing: self.corner.northing + half }
    }

    /// Radius of the circle through the corners.
    #[must_use]
    pub fn radius_m(&self) -> f64 {
        self.side_m / std::f64::consts::SQRT_2
    }

    /// The reference of the square that holds a point, with 2 to 10 digits; none outside the lettered grid.
    ///
    /// # Examples
    /// ```
    /// use places::{geocode::GridSquare, model::BngPoint};
    /// let point = BngPoint { easting: 623_254.0, northing: 308_352.0 };
    /// assert_eq!(GridSquare::reference(point, 6).unwrap(), "TG232083");
    /// assert_eq!(GridSquare::reference(point, 5), None);
    /// ```
    #[must_use]
    pub fn reference(point: BngPoint, digits: usize) -> Option<String> {
        let half = digits / 2;
        if !digits.is_multiple_of(2) || !(1..=5).contains(&half) {
            return None;
        }
        let letters = String::from_iter(letters_of(point)?);
        let side_m = 10_f64.powi(5 - half as i32);
        let part = |metres: f64| ((metres % 100_000.0) / side_m).floor() as u32;
        Some(format!("{letters}{:0half$}{:0half$}", part(point.easting), part(point.northing)))
    }
}

/// Letters of the 100 km square that holds a point.
pub(super) fn letters_of(point: BngPoint) -> Option<[char; 2]> {
    let inside = (0.0..700_000.0).contains(&point.easting) && (0.0..1_300_000.0).contains(&point.northing);
    if !inside {
        return None;
    }
    let (e, n) = ((point.easting / 100_000.0) as u8, (point.northing / 100_000.0) as u8);
    // Squares of 500 km from S at the origin; within each the letters run west to east, north to south.
    let row = 19 - n;
    let first = row - row % 5 + (e + 10) / 5;
    let second = row * 5 % 25 + e % 5;
    let letters = [first, second].map(letter);
    has_land(letters).then_some(letters.map(char::from))
}

/// Whether a square has land; capital letters.
fn has_land(letters: [u8; 2]) -> bool {
    SQUARES.as_bytes().chunks(3).any(|s| s.starts_with(&letters))
}

/// Letter of a position in the five by five square, which has no I.
fn letter(position: u8) -> u8 {
    b'A' + position + u8::from(position > 7)
}

fn corner_of(letters: &str) -> Option<BngPoint> {
    let [a, b] = <[u8; 2]>::try_from(letters.as_bytes()).ok()?.map(|c| c.to_ascii_uppercase());
    if !has_land([a, b]) {
        return None;
    }
    let position = |c: u8| {
        let i = i32::from(c - b'A');
        if i > 8 { i - 1 } else { i }
    };
    let (first, second) = (position(a), position(b));
    let east = (first % 5 - 2) * 5 + second % 5;
    let north = 19 - first / 5 * 5 - second / 5;
    Some(BngPoint { easting: f64::from(east) * 100_000.0, northing: f64::from(north) * 100_000.0 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_squares_have_their_letters() {
        for (letters, e, n) in
            [("SV", 0, 0), ("TG", 6, 3), ("TM", 6, 2), ("HP", 4, 12), ("NZ", 4, 5), ("SD", 3, 4), ("TQ", 5, 1)]
        {
            let corner = BngPoint { easting: f64::from(e) * 1e5, northing: f64::from(n) * 1e5 };
            assert_eq!(corner_of(letters), Some(corner), "{letters}");
            assert_eq!(letters_of(corner).map(String::from_iter).as_deref(), Some(letters));
        }
        for bad in ["II", "ZZ", "T1", "AA", "TT", ""] {
            assert_eq!(corner_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for bad in ["", "TG", "TG1", "TG 123", "TG123456789012", "XX1234", "TG 12 3456", "TÜ1234", "TG12E4"] {
            assert_eq!(GridSquare::parse(bad), None, "{bad}");
        }
        for text in ["tg2308", "TG 23 08", "T G 2 3 0 8"] {
            assert_eq!(GridSquare::parse(text).unwrap().side_m, 1000.0, "{text}");
        }
    }

    proptest! {
        #[test]
        fn references_round_trip_at_every_digit_count(easting in 0.0..700_000.0_f64, northing in 0.0..1_300_000.0_f64, half in 1_usize..=5) {
            let point = BngPoint { easting, northing };
            if let Some(text) = GridSquare::reference(point, 2 * half) {
                let square = GridSquare::parse(&text).unwrap();
                prop_assert_eq!(square.side_m, 10_f64.powi(5 - half as i32));
                prop_assert!(square.corner.easting <= easting && easting < square.corner.easting + square.side_m);
                prop_assert!(square.corner.northing <= northing && northing < square.corner.northing + square.side_m);
                prop_assert_eq!(GridSquare::reference(square.center(), 2 * half), Some(text.clone()));
                let spaced = format!("{} {} {}", &text[..2], &text[2..2 + half], &text[2 + half..]).to_lowercase();
                prop_assert_eq!(GridSquare::parse(&spaced), Some(square));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
            let _ = GridSquare::parse(&text);
        }
    }
}
