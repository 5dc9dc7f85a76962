//! What a set of tiles asks: a count by cells or areas, without the address of a tile. The tiles of one question are one look.

use crate::{
    ask::{Canonical, Declaration, KIND, Kind, PERIOD, PLACE_OF_MAP, Parameter, Raw, Values, query_of},
    model::{Query, QueryError},
};

const OWN: &[Parameter] = &[
    Parameter::new(
        "zeros",
        Kind::Flag,
        "Draw cells without incidents too, where anything of the period was received",
        "true",
    ),
    Parameter::new("rate", Kind::Name, "Add a rate: km2, or an indicator of the layer (per 1,000)", "residents"),
];

/// The declaration of what tiles take.
pub static TILES: Declaration = Declaration {
    tag: "tiles",
    groups: &[OWN, PERIOD, KIND, PLACE_OF_MAP],
    ..Declaration::new("tiles", "1", "A vector tile with the counts of a question")
};

/// A question for tiles.
#[derive(Debug, Clone, PartialEq)]
pub struct TileQuestion {
    /// What is counted.
    pub query: Query,
    /// Resolution of the cells; by zoom where none is asked for.
    pub resolution: Option<u8>,
    /// The one form, with the set.
    pub canonical: Canonical,
}

impl TileQuestion {
    /// Reads names and values.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown, doubled or not of its form.
    pub fn read<N: AsRef<str>, V: Into<Raw>>(
        set: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, QueryError> {
        let values = Values::check(&TILES, pairs)?;
        let resolution = values.all("cell").iter().find_map(|text| text.parse().ok());
        let canonical = Canonical::of(&TILES, &values).naming("set", &[set.to_owned()]);
        Ok(Self { query: query_of(&values)?, resolution, canonical })
    }
}
