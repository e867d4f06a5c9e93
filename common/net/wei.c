#include "net/wei.h"

static bool append_digit(struct u256 *value, unsigned digit)
{
	struct u256 ten = u256_from_u64(10), last = u256_from_u64(digit);

	return !u256_mul_overflow(value, value, &ten) && !u256_add_overflow(value, value, &last);
}

bool wei_parse(struct u256 *out, const char *text, enum wei_unit unit)
{
	struct u256 value = u256_from_u64(0);
	bool is_behind_point = false;
	unsigned missing = unit;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text; text++) {
		if (*text == '.' && !is_behind_point && text[1]) {
			is_behind_point = true;
			continue;
		}
		if (*text < '0' || *text > '9' || (is_behind_point && missing == 0) ||
		    !append_digit(&value, (unsigned)(*text - '0')))
			return false;
		missing -= is_behind_point;
	}
	while (missing-- > 0)
		if (!append_digit(&value, 0))
			return false;
	*out = value;
	return true;
}
