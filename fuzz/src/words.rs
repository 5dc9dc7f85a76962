//! Texts that stand in addresses, filters and records.

use places::{
    analysis::QUESTIONS,
    ask::Canonical,
    geocode::GridSquare,
    tile::{MAX_ZOOM, TileAddress},
};

/// A grid reference: a square of the grid that is written as it was read.
pub fn grid_reference(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(square) = GridSquare::parse(&text) else { return };
    let half = (1..=5).find(|half| square.side_m == 10_f64.powi(5 - half));
    let digits = 2 * half.expect("a side of the grid") as usize;
    let written = GridSquare::reference(square.center(), digits).expect("a square of the grid has a reference");
    assert_eq!(GridSquare::parse(&written), Some(square), "{text:?} is written as {written}");
}

/// The filters of a question, as they stand in a URL.
pub fn filter(data: &[u8]) {
    let pairs: Vec<_> = form_urlencoded::parse(data).collect();
    let pairs = || pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    for entry in &QUESTIONS {
        if let Ok(asked) = entry.ask(pairs()) {
            // The one form is read back to itself.
            let form = asked.canonical();
            let again = entry.ask(form.pairs()).expect("what was read is read again");
            assert_eq!(again.canonical(), form);
            assert_eq!(&Canonical::read(&form.text()).expect("a form"), form);
        }
    }
}

/// The address of a tile: one that exists.
pub fn tile_address(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '/');
    let mut part = || parts.next().unwrap_or_default();
    if let Ok(tile) = TileAddress::parse(part(), part(), part()) {
        assert!(tile.z <= MAX_ZOOM && u64::from(tile.x.max(tile.y)) < 1 << tile.z);
    }
}
