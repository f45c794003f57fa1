//! Exact tails and intervals of the few distributions that figures are held against: binomial, Poisson, beta.
//!
//! Pure functions of numbers; which model fits a figure is each room's own to say. The special functions follow
//! the continued fractions and series of Abramowitz & Stegun 6.5 and 26.5, evaluated to about 1e-12.

/// Natural logarithm of the gamma function for `x > 0` (Lanczos, g = 7, nine terms).
pub fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        let sine = (std::f64::consts::PI * x).sin();
        return (std::f64::consts::PI / sine).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let base = x + 7.5;
    let sum = TERMS[1..]
        .iter()
        .zip(1..)
        .fold(TERMS[0], |sum, (term, i)| sum + term / (x + f64::from(i)));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * base.ln() - base + sum.ln()
}

/// Regularised incomplete beta function I_x(a, b), for `a, b > 0` and `x` in [0, 1].
pub fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The continued fraction converges fast below the mean; above it the other tail is taken.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta(1.0 - x, b, a);
    }
    let front = a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    front.exp() / a * beta_fraction(x, a, b)
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE * 1e10;
    let guard = |v: f64| if v.abs() < tiny { tiny } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// Regularised lower incomplete gamma function P(a, x), for `a > 0`.
pub fn gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-16 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return (front * sum).min(1.0);
    }
    (1.0 - front * gamma_fraction(a, x)).max(0.0)
}

/// The continued fraction of the upper incomplete gamma function, by Lentz's method.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE * 1e10;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..100_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < tiny { tiny } else { d };
        c = b + an / c;
        c = if c.abs() < tiny { tiny } else { c };
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// P(X >= k) for X ~ Poisson(mean).
pub fn poisson_at_least(k: u64, mean: f64) -> f64 {
    match k {
        0 => 1.0,
        k => gamma(k as f64, mean),
    }
}

/// P(X >= k) for X ~ Binomial(n, p).
pub fn binomial_at_least(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        k if k > n => 0.0,
        k => beta(p, k as f64, (n - k + 1) as f64),
    }
}

/// The exact interval of Clopper and Pearson for a share, seen `k` times of `n`, at level `1 - alpha`.
pub fn clopper_pearson(k: u64, n: u64, alpha: f64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (hits, misses) = (k as f64, (n - k.min(n)) as f64);
    let low = match k {
        0 => 0.0,
        _ => quantile(alpha / 2.0, |x| beta(x, hits, misses + 1.0)),
    };
    let high = match k < n {
        false => 1.0,
        true => quantile(1.0 - alpha / 2.0, |x| beta(x, hits + 1.0, misses)),
    };
    (low, high)
}

/// The exact interval for the mean of a Poisson count, at level `1 - alpha` (Garwood).
pub fn garwood(k: u64, alpha: f64) -> (f64, f64) {
    let widest = k as f64 + 20.0 * (k as f64 + 10.0).sqrt() + 100.0;
    let low = match k {
        0 => 0.0,
        _ => widest * quantile(alpha / 2.0, |x| gamma(k as f64, widest * x)),
    };
    let high = widest * quantile(1.0 - alpha / 2.0, |x| gamma(k as f64 + 1.0, widest * x));
    (low, high)
}

/// Where a rising function on [0, 1] reaches `level`, by halving.
fn quantile(level: f64, rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        match rising(middle) < level {
            true => low = middle,
            false => high = middle,
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        let error = (value - expected).abs() / expected.abs().max(1e-300);
        assert!(error < 1e-9, "{value} is not {expected}");
    }

    /// Closed forms, and sums and roots worked out with 50 decimal digits in another language.
    #[test]
    fn values_of_another_program() {
        near(ln_gamma(0.5), 0.572_364_942_924_700_1);
        near(ln_gamma(100.0), 359.134_205_369_575_4);
        near(poisson_at_least(10, 1.0), 1.114_254_783_387_207e-7);
        near(poisson_at_least(1, 1.0), 0.632_120_558_828_557_7);
        near(binomial_at_least(1, 10, 0.1), 0.651_321_559_9);
        near(binomial_at_least(10, 10, 0.5), 0.000_976_562_5);
        let (low, high) = clopper_pearson(0, 10, 0.05);
        assert_eq!(low, 0.0);
        near(high, 0.308_497_107_818_762_4);
        let (low, high) = clopper_pearson(5, 10, 0.05);
        near(low, 0.187_086_028_447_399_6);
        near(high, 0.812_913_971_552_600_4);
        assert_eq!(clopper_pearson(0, 0, 0.05), (0.0, 1.0));
        let (low, high) = garwood(0, 0.05);
        assert_eq!(low, 0.0);
        near(high, 3.688_879_454_113_936);
        let (low, high) = garwood(10, 0.05);
        near(low, 4.795_388_696_132_434);
        near(high, 18.390_356_042_017_78);
    }
}
