//! Tails and quantiles of the counting distributions: Poisson, binomial, negative binomial.

use super::special::{beta_both, binomial_mass, gamma_both, poisson_mass, root};

/// `P(X >= x)` of a Poisson variable with a mean.
///
/// # Examples
/// ```
/// use places::stats::poisson_upper;
/// assert!((poisson_upper(1, 1.0) - (1.0 - (-1.0_f64).exp())).abs() < 1e-15);
/// ```
#[must_use]
pub fn poisson_upper(x: u64, mean: f64) -> f64 {
    if x == 0 { 1.0 } else { gamma_both(x as f64, mean.max(0.0)).0 }
}

/// `P(X <= x)` of a Poisson variable with a mean.
#[must_use]
pub fn poisson_lower(x: u64, mean: f64) -> f64 {
    gamma_both(x as f64 + 1.0, mean.max(0.0)).1
}

/// `P(X = x)` of a Poisson variable with a mean.
#[must_use]
pub fn poisson(x: u64, mean: f64) -> f64 {
    poisson_mass(x as f64, mean.max(0.0))
}

/// `P(X >= x)` of a binomial variable of `n` trials with probability `p`.
///
/// # Examples
/// ```
/// use places::stats::binomial_upper;
/// assert!((binomial_upper(1, 3, 0.5) - 7.0 / 8.0).abs() < 1e-15);
/// assert_eq!(binomial_upper(0, 3, 0.5), 1.0);
/// ```
#[must_use]
pub fn binomial_upper(x: u64, n: u64, p: f64) -> f64 {
    match x {
        0 => 1.0,
        _ if x > n => 0.0,
        _ => beta_both(x as f64, (n - x) as f64 + 1.0, p.clamp(0.0, 1.0)).0,
    }
}

/// `P(X <= x)` of a binomial variable of `n` trials with probability `p`.
#[must_use]
pub fn binomial_lower(x: u64, n: u64, p: f64) -> f64 {
    if x >= n { 1.0 } else { beta_both(x as f64 + 1.0, (n - x) as f64, p.clamp(0.0, 1.0)).1 }
}

/// `P(X = x)` of a binomial variable of `n` trials with probability `p`.
#[must_use]
pub fn binomial(x: u64, n: u64, p: f64) -> f64 {
    if x > n { 0.0 } else { binomial_mass(x as f64, n as f64, p.clamp(0.0, 1.0)) }
}

/// `P(X >= x)` of a negative binomial variable with a mean and variance `dispersion * mean`; Poisson for a dispersion of at
/// most 1. Sums of such variables with one dispersion are of the same kind.
#[must_use]
pub fn negative_binomial_upper(x: u64, mean: f64, dispersion: f64) -> f64 {
    if dispersion <= 1.0 + 1e-9 {
        return poisson_upper(x, mean);
    }
    if x == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    beta_both(x as f64, mean / (dispersion - 1.0), (dispersion - 1.0) / dispersion).0
}

/// `P(X <= x)` of the same variable.
#[must_use]
pub fn negative_binomial_lower(x: u64, mean: f64, dispersion: f64) -> f64 {
    if dispersion <= 1.0 + 1e-9 {
        return poisson_lower(x, mean);
    }
    if mean <= 0.0 {
        return 1.0;
    }
    beta_both(x as f64 + 1.0, mean / (dispersion - 1.0), (dispersion - 1.0) / dispersion).1
}

/// The `chi2` with `P(X <= chi2) = p` for `df` degrees of freedom.
#[must_use]
pub fn chi_square_quantile(p: f64, df: f64) -> f64 {
    let high = df + 40.0 * (df + 10.0).sqrt() + 200.0;
    let lower = p < 0.5;
    2.0 * root(
        |x| {
            let (below, above) = gamma_both(0.5 * df, x);
            if lower { below - p } else { (1.0 - p) - above }
        },
        0.0,
        high,
    )
}

/// The least `x` with `P(X <= x) >= p` of a Poisson variable with a mean.
#[must_use]
pub fn poisson_quantile(p: f64, mean: f64) -> u64 {
    let (mut low, mut high) = (0, (mean + 40.0 * (mean + 10.0).sqrt()) as u64 + 10);
    while low < high {
        let middle = u64::midpoint(low, high);
        if poisson_lower(middle, mean) >= p {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The least `x` with `P(X <= x) >= p` of a negative binomial variable with a mean and variance `dispersion * mean`.
#[must_use]
pub fn negative_binomial_quantile(p: f64, mean: f64, dispersion: f64) -> u64 {
    let spread = dispersion.max(1.0);
    let (mut low, mut high) = (0, (mean + 60.0 * spread * (mean + 10.0).sqrt()) as u64 + 10);
    while low < high {
        let middle = u64::midpoint(low, high);
        if negative_binomial_lower(middle, mean, dispersion) >= p {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!(((found - expected) / expected).abs() < 1e-11, "{found:e} {expected:e}");
    }

    /// Values of mpmath with 50 digits, and of scipy.stats where it keeps them.
    #[test]
    fn tails_keep_eleven_digits() {
        near(poisson_upper(3, 0.2), 0.0011484812448621324);
        near(poisson_lower(3, 0.2), 0.99994315975924184);
        near(poisson(3, 0.2), 0.0010916410041039758);
        near(poisson_upper(10, 4.5), 0.017092732899378554);
        near(poisson_lower(10, 4.5), 0.99333132791281807);
        near(poisson(10, 4.5), 0.01042406081219662);
        near(poisson_upper(60, 20.0), 4.233284694712903e-13);
        near(poisson_lower(60, 20.0), 0.99999999999986226);
        near(poisson(60, 20.0), 2.8558490758493861e-13);
        near(poisson_upper(1200, 1000.0), 4.6842038558722808e-10);
        near(poisson_lower(1200, 1000.0), 0.99999999961150604);
        near(poisson(1200, 1000.0), 7.9926428488435708e-11);
        near(poisson_upper(100500, 100000.0), 0.057194176108102597);
        near(poisson_lower(100500, 100000.0), 0.94316711818150609);
        near(poisson(100500, 100000.0), 0.00036129428960869193);
        near(binomial_upper(3, 50, 0.01), 0.013817270830600395);
        near(binomial(3, 50, 0.01), 0.012221097739867525);
        near(binomial_upper(7, 5827, 0.0001), 2.7155962513286818e-6);
        near(binomial(7, 5827, 0.0001), 2.519688310370768e-06);
        near(binomial_upper(30, 200, 0.1), 0.016326565931766433);
        near(binomial(30, 200, 0.1), 0.006818253984793178);
        near(binomial_upper(40, 100000, 0.0001), 7.3094279097765967e-13);
        near(binomial(40, 100000, 0.0001), 5.540414699159852e-13);
        near(binomial_upper(9, 84, 0.0008333), 6.742039231987526e-17);
        near(binomial(9, 84, 0.0008333), 6.699895318169963e-17);
        near(binomial_upper(500600, 1000000, 0.5), 0.11526396430185932);
        near(binomial_upper(400000, 1000000, 0.3995), 0.15390919640316346);
        near(negative_binomial_upper(4, 0.07, 2.0), 0.002023518494281643);
        near(negative_binomial_lower(4, 0.07, 2.0), 0.9991573110606963);
        near(negative_binomial_upper(20, 3.5, 3.0), 0.0014999882746092401);
        near(negative_binomial_lower(20, 3.5, 3.0), 0.9989673173936919);
        near(negative_binomial_upper(700, 35.0, 2.5), 1.0905345224201597e-122);
        near(negative_binomial_lower(700, 35.0, 2.5), 1.0);
        near(negative_binomial_upper(30, 30.0, 1.5), 0.5099283356452519);
        near(negative_binomial_lower(30, 30.0, 1.5), 0.5493500573586014);
        near(chi_square_quantile(0.025, 6.0), 1.2373442457912027);
        near(chi_square_quantile(0.975, 8.0), 17.534546139484647);
        near(chi_square_quantile(0.025, 400.0), 346.48176536291464);
        near(chi_square_quantile(0.999, 2.0), 13.815510557964274);
        assert_eq!(poisson_quantile(0.00135, 20.0), 8);
        assert_eq!(poisson_quantile(0.99865, 20.0), 35);
        assert_eq!(poisson_quantile(0.5, 3.3), 3);
        assert_eq!(negative_binomial_quantile(0.975, 20.0, 3.0), 37);
        assert_eq!(negative_binomial_quantile(0.5, 2.0, 1.5), 2);
    }
}
