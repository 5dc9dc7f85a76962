//! Counts of combinations: all at once, or piece by piece in the order of their values.

use std::collections::HashSet;

use super::AskError;
use crate::{model::Period, table::Boxes};

/// Combinations in a piece.
pub(crate) const PIECE: usize = 1 << 16;

/// A dimension of a tally.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TallyDimension {
    /// Text of each value; empty for places, whose values are cells or positions of areas.
    pub texts: Vec<String>,
    /// Days of each value, for months, weeks and days; else empty.
    pub periods: Vec<Period>,
}

/// Counts of combinations, and where everything else went.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Dimensions in the order asked for.
    pub dimensions: Vec<TallyDimension>,
    /// Values of each combination, one after the other.
    pub keys: Vec<u64>,
    /// Its incidents.
    pub counts: Vec<u64>,
    /// Combinations there are, before only the largest were kept.
    pub combinations: usize,
    /// The boxes.
    pub boxes: Boxes,
    /// Values of the place dimensions where further incidents may match that cannot be told.
    pub doubtful: HashSet<Vec<u64>>,
}

/// Some combinations, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Combinations {
    width: usize,
    keys: Vec<u64>,
    counts: Vec<u64>,
}

impl Combinations {
    /// None yet, of so many dimensions.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Number of dimensions.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds one.
    pub fn push(&mut self, values: &[u64], count: u64) {
        debug_assert_eq!(values.len(), self.width);
        self.keys.extend_from_slice(values);
        self.counts.push(count);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The values of one.
    #[must_use]
    pub fn values(&self, i: usize) -> &[u64] {
        &self.keys[i * self.width..(i + 1) * self.width]
    }

    /// The incidents of one.
    #[must_use]
    pub fn count(&self, i: usize) -> u64 {
        self.counts[i]
    }

    /// The incidents of all.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The values of a dimension.
    pub fn dimension(&self, dimension: usize) -> impl Iterator<Item = u64> + '_ {
        (0..self.len()).map(move |i| self.keys[i * self.width + dimension])
    }
}

/// Makes pieces, in the order of their values.
pub type Pieces<'r> = Box<dyn Iterator<Item = Result<Combinations, AskError>> + Send + 'r>;

/// Counts of combinations that come piece by piece; boxes and dimensions are known before.
pub struct Tallied<'r> {
    /// Dimensions in the order asked for.
    pub dimensions: Vec<TallyDimension>,
    /// The boxes.
    pub boxes: Boxes,
    /// Values of the place dimensions where further incidents may match that cannot be told.
    pub doubtful: HashSet<Vec<u64>>,
    /// The combinations, ascending.
    pub pieces: Pieces<'r>,
}

impl From<Tally> for Tallied<'_> {
    fn from(tally: Tally) -> Self {
        let Tally { dimensions, keys, counts, boxes, doubtful, .. } = tally;
        let pieces = Box::new(Sorted::new(dimensions.len(), keys, counts).map(Ok));
        Self { dimensions, boxes, doubtful, pieces }
    }
}

/// Combinations that are held, in the order of their values, whatever order they were counted in.
struct Sorted {
    all: Combinations,
    /// Positions in order, where they do not stand so already.
    order: Option<Vec<u32>>,
    at: usize,
}

impl Sorted {
    fn new(width: usize, keys: Vec<u64>, counts: Vec<u64>) -> Self {
        let all = Combinations { width, keys, counts };
        let rows = all.len();
        let sorted = (1..rows).all(|i| all.values(i - 1) <= all.values(i));
        let order = (!sorted).then(|| {
            let mut order: Vec<u32> = (0..rows as u32).collect();
            order.sort_unstable_by(|&a, &b| all.values(a as usize).cmp(all.values(b as usize)));
            order
        });
        Self { all, order, at: 0 }
    }
}

impl Iterator for Sorted {
    type Item = Combinations;

    fn next(&mut self) -> Option<Combinations> {
        let end = (self.at + PIECE).min(self.all.len());
        let mut piece = Combinations::new(self.all.width);
        for i in self.at..end {
            let i = self.order.as_ref().map_or(i, |order| order[i] as usize);
            piece.push(self.all.values(i), self.all.count(i));
        }
        self.at = end;
        (!piece.is_empty()).then_some(piece)
    }
}

impl std::fmt::Debug for Tallied<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tallied")
            .field("dimensions", &self.dimensions)
            .field("boxes", &self.boxes)
            .finish_non_exhaustive()
    }
}
