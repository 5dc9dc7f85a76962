//! Features as MVT 2.1.

use mvt::{GeomEncoder, GeomType, Tile};

use super::EXTENT;

/// What a feature says.
#[derive(Debug)]
pub(super) struct Feature<'a> {
    pub(super) id: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) count: u64,
    /// Denominator and rate.
    pub(super) rate: Option<(f64, f64)>,
    /// Whether the period was received there; a count of 0 is a zero only then.
    pub(super) received: bool,
}

/// The features of a tile's layer.
pub(super) struct Features {
    layer: Option<mvt::Layer>,
}

impl Features {
    /// Adds a feature with polygons: rings in tile units, outer ring first, not closed.
    pub(super) fn add(&mut self, feature: &Feature<'_>, polygons: &[Vec<Vec<[i32; 2]>>]) {
        let mut geometry = GeomEncoder::<f64>::new(GeomType::Polygon);
        for ring in polygons.iter().flatten() {
            for [x, y] in ring {
                // Whole numbers of a few thousand always fit.
                if geometry.add_point(f64::from(*x), f64::from(*y)).is_err() {
                    return;
                }
            }
            if geometry.complete_geom().is_err() {
                return;
            }
        }
        let (Ok(geometry), Some(layer)) = (geometry.encode(), self.layer.take()) else { return };
        let mut encoded = layer.into_feature(geometry);
        encoded.add_tag_string("id", feature.id);
        if let Some(name) = feature.name {
            encoded.add_tag_string("name", name);
        }
        encoded.add_tag_uint("count", feature.count);
        if let Some((denominator, rate)) = feature.rate.filter(|r| r.1.is_finite()) {
            encoded.add_tag_double("denominator", denominator);
            encoded.add_tag_double("rate", rate);
        }
        if !feature.received {
            encoded.add_tag_bool("received", false);
        }
        self.layer = Some(encoded.into_layer());
    }
}

/// Encodes a tile of one layer; empty when there are no features.
pub(super) fn encode(name: &str, features: usize, add: impl FnOnce(&mut Features)) -> Vec<u8> {
    if features == 0 {
        return Vec::new();
    }
    let mut tile = Tile::new(EXTENT);
    let mut all = Features { layer: Some(tile.create_layer(name)) };
    add(&mut all);
    let added = all.layer.map(|layer| tile.add_layer(layer));
    match added {
        Some(Ok(())) => tile.to_bytes().unwrap_or_default(),
        _ => Vec::new(),
    }
}
