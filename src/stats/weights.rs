//! Spatial weights: which places are neighbors, and how much each counts.

use super::error::{StatsError, same_length};

/// How neighbors are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// Every neighbor counts 1.
    Binary,
    /// The weights of a place add up to 1.
    RowStandardized,
}

/// Neighbors of every place, without the place itself, in compressed rows.
///
/// A place without neighbors is an island: its lag is 0 and statistics without self have no value there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    starts: Vec<u32>,
    neighbors: Vec<u32>,
    weighting: Weighting,
}

impl Weights {
    /// Takes lists of neighbors; a place in its own list is left out of it.
    ///
    /// # Errors
    /// [`StatsError::Domain`] for a neighbor that is no place.
    ///
    /// # Examples
    /// ```
    /// use places::stats::{Weighting, Weights};
    /// let lists: [&[u32]; 3] = [&[1], &[0, 1, 2], &[1]];
    /// let weights = Weights::new(lists.into_iter(), Weighting::Binary)?;
    /// assert_eq!(weights.neighbors(1), [0, 2]);
    /// assert_eq!(weights.local_sums(&[1.0, 10.0, 100.0])?, [11.0, 111.0, 110.0]);
    /// # Ok::<(), places::stats::StatsError>(())
    /// ```
    pub fn new<'a>(lists: impl ExactSizeIterator<Item = &'a [u32]>, weighting: Weighting) -> Result<Self, StatsError> {
        let places = lists.len();
        let mut weights = Self { starts: vec![0], neighbors: Vec::new(), weighting };
        for (place, list) in lists.enumerate() {
            if list.iter().any(|&n| n as usize >= places) {
                return Err(StatsError::Domain { what: "a neighbor", expected: "one of the places" });
            }
            weights.neighbors.extend(list.iter().copied().filter(|&n| n as usize != place));
            weights.starts.push(weights.neighbors.len() as u32);
        }
        Ok(weights)
    }

    /// Number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How neighbors are weighed.
    #[must_use]
    pub fn weighting(&self) -> Weighting {
        self.weighting
    }

    /// Neighbors of a place, without itself.
    #[must_use]
    pub fn neighbors(&self, place: usize) -> &[u32] {
        &self.neighbors[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// Weight of each neighbor of a place, with the place itself counted as one or not.
    pub(super) fn weight(&self, place: usize, star: bool) -> f64 {
        let members = self.neighbors(place).len() + usize::from(star);
        match self.weighting {
            Weighting::Binary => 1.0,
            Weighting::RowStandardized if members > 0 => 1.0 / members as f64,
            Weighting::RowStandardized => 0.0,
        }
    }

    /// Sum of values over every place and its neighbors, whatever the weighting.
    ///
    /// # Errors
    /// [`StatsError::Shape`].
    pub fn local_sums(&self, values: &[f64]) -> Result<Vec<f64>, StatsError> {
        same_length("values and places", values.len(), self.len())?;
        let sum = |i: usize| values[i] + self.neighbors(i).iter().map(|&j| values[j as usize]).sum::<f64>();
        Ok((0..self.len()).map(sum).collect())
    }
}
