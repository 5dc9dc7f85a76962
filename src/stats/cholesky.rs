//! Symmetric positive definite systems of some dozens of rows.

/// The lower triangle `L` of `A = L L'`, row by row: row `i` has `i + 1` values.
#[derive(Debug, Clone)]
pub(super) struct Cholesky {
    rows: usize,
    lower: Vec<f64>,
}

/// Where row `i` begins.
const fn start(i: usize) -> usize {
    i * (i + 1) / 2
}

impl Cholesky {
    /// Factors a matrix given by its lower triangle; none where it is not positive definite.
    pub(super) fn new(rows: usize, at: impl Fn(usize, usize) -> f64) -> Option<Self> {
        let mut lower = Vec::with_capacity(start(rows));
        for i in 0..rows {
            for j in 0..=i {
                let (row, other) = (&lower[start(i)..], &lower[start(j)..]);
                let inner: f64 = row.iter().zip(other).take(j).map(|(a, b): (&f64, &f64)| a * b).sum();
                let left = at(i, j) - inner;
                if i > j {
                    lower.push(left / lower[start(j) + j]);
                } else if left > 0.0 {
                    lower.push(left.sqrt());
                } else {
                    return None;
                }
            }
        }
        Some(Self { rows, lower })
    }

    /// `L^-1 b`.
    pub(super) fn forward(&self, b: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(self.rows);
        for (i, value) in b.enumerate().take(self.rows) {
            let row = &self.lower[start(i)..=start(i) + i];
            let inner: f64 = row.iter().zip(&solved).map(|(a, b)| a * b).sum();
            solved.push((value - inner) / row[i]);
        }
        solved
    }

    /// `L'^-1 b`.
    pub(super) fn backward(&self, b: &[f64]) -> Vec<f64> {
        let mut left = b.to_vec();
        for i in (0..self.rows).rev() {
            let row = &self.lower[start(i)..=start(i) + i];
            left[i] /= row[i];
            let value = left[i];
            left[..i].iter_mut().zip(row).for_each(|(l, a)| *l -= a * value);
        }
        left
    }

    /// The diagonal of `A^-1`.
    pub(super) fn inverse_diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.rows];
        for i in 0..self.rows {
            let unit = (0..self.rows).map(|j| f64::from(u8::from(i == j)));
            // Column i of L^-1 begins at row i.
            let column = self.forward(unit);
            diagonal[i] = column[i..].iter().map(|v| v * v).sum();
        }
        diagonal
    }

    /// Logarithm of the determinant of `L`.
    pub(super) fn log_root(&self) -> f64 {
        (0..self.rows).map(|i| self.lower[start(i) + i].ln()).sum()
    }
}

/// `a . b`.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_solves_what_it_was_made_from() {
        let a = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let factor = Cholesky::new(3, |i, j| a[i][j]).unwrap();
        let b = [1.0, -2.0, 0.5];
        let x = factor.backward(&factor.forward(b.into_iter()));
        for i in 0..3 {
            assert!((dot(&a[i], &x) - b[i]).abs() < 1e-12);
        }
        // By hand: the determinant is 46.6, the first cofactor 5 * 3 - 1 = 14.
        let determinant = 4.0 * 14.0 - 2.0 * (6.0 - 0.6) + 0.6 * (2.0 - 3.0);
        assert!((2.0 * factor.log_root() - f64::ln(determinant)).abs() < 1e-12);
        assert!((factor.inverse_diagonal()[0] - 14.0 / determinant).abs() < 1e-12);
        assert!(Cholesky::new(2, |_, _| 1.0).is_none());
    }
}
