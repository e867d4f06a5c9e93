/* bn254_jacobian: a group's law in Jacobian coordinates, one text for both
 * curves.  bn254_curve.c includes it once for each, having defined GROUP
 * (g1, g2) and FIELD (fp, fp2); hence no include guard.
 *
 * (x, y, z) is the affine point (x / z^2, y / z^3); z = 0 is infinity.  The
 * formulas are the Explicit-Formulas Database's for a = 0: dbl-2009-l and
 * add-2007-bl. */
#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)
#define G(name)     JOIN(GROUP, name)
#define F(name)     JOIN(FIELD, name)

struct G(jacobian) {
	struct FIELD x, y, z;
};

static void G(to_jacobian)(struct G(jacobian) * to, const struct GROUP *from)
{
	to->x = from->x;
	to->y = from->y;
	to->z = G(is_infinity)(from) ? F(zero) : F(one);
}

static void G(jacobian_double)(struct G(jacobian) * out, const struct G(jacobian) * p)
{
	struct FIELD a, b, c, d, e, t;

	F(sqr)(&a, &p->x);
	F(sqr)(&b, &p->y);
	F(sqr)(&c, &b);
	/* d = 2 ((x + b)^2 - a - c) */
	F(add)(&d, &p->x, &b);
	F(sqr)(&d, &d);
	F(sub)(&d, &d, &a);
	F(sub)(&d, &d, &c);
	F(add)(&d, &d, &d);
	/* e = 3 a */
	F(add)(&e, &a, &a);
	F(add)(&e, &e, &a);
	/* z' = 2 y z, before x and y change in place */
	F(mul)(&t, &p->y, &p->z);
	F(add)(&out->z, &t, &t);
	/* x' = e^2 - 2 d */
	F(sqr)(&t, &e);
	F(sub)(&t, &t, &d);
	F(sub)(&out->x, &t, &d);
	/* y' = e (d - x') - 8 c */
	F(sub)(&d, &d, &out->x);
	F(mul)(&d, &d, &e);
	F(add)(&c, &c, &c);
	F(add)(&c, &c, &c);
	F(add)(&c, &c, &c);
	F(sub)(&out->y, &d, &c);
}

/* Any two points: equal, opposite and infinite ones are seen to. */
static void G(jacobian_add)(struct G(jacobian) * out, const struct G(jacobian) * p,
			    const struct G(jacobian) * q)
{
	struct FIELD pzz, qzz, u1, u2, s1, s2, h, i, j, r, z;

	if (F(is_zero)(&p->z)) {
		*out = *q;
		return;
	}
	if (F(is_zero)(&q->z)) {
		*out = *p;
		return;
	}
	F(sqr)(&pzz, &p->z);
	F(sqr)(&qzz, &q->z);
	F(mul)(&u1, &p->x, &qzz);
	F(mul)(&u2, &q->x, &pzz);
	F(mul)(&s1, &p->y, &q->z);
	F(mul)(&s1, &s1, &qzz);
	F(mul)(&s2, &q->y, &p->z);
	F(mul)(&s2, &s2, &pzz);
	F(sub)(&h, &u2, &u1);
	F(sub)(&r, &s2, &s1);
	if (F(is_zero)(&h)) {
		if (F(is_zero)(&r))
			G(jacobian_double)(out, p);
		else
			memset(out, 0, sizeof(*out));
		return;
	}
	F(add)(&r, &r, &r);
	/* z' = 2 z1 z2 h */
	F(mul)(&z, &p->z, &q->z);
	F(mul)(&z, &z, &h);
	F(add)(&out->z, &z, &z);
	/* i = (2 h)^2, j = h i, v = u1 i (kept in u1) */
	F(add)(&i, &h, &h);
	F(sqr)(&i, &i);
	F(mul)(&j, &h, &i);
	F(mul)(&u1, &u1, &i);
	/* x' = r^2 - j - 2 v */
	F(sqr)(&i, &r);
	F(sub)(&i, &i, &j);
	F(sub)(&i, &i, &u1);
	F(sub)(&out->x, &i, &u1);
	/* y' = r (v - x') - 2 s1 j */
	F(sub)(&u1, &u1, &out->x);
	F(mul)(&u1, &u1, &r);
	F(mul)(&s1, &s1, &j);
	F(add)(&s1, &s1, &s1);
	F(sub)(&out->y, &u1, &s1);
}

#undef JOIN_
#undef JOIN
#undef G
#undef F
