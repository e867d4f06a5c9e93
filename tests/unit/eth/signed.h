/* signed: a transaction of each type, with its hash, as viem 2 signs and
 * serialises them. */
#ifndef GAVEL_TESTS_ETH_SIGNED_H
#define GAVEL_TESTS_ETH_SIGNED_H

/* Who signed the transactions, and the authorization in SIGNED_SET_CODE. */
#define SIGNED_BY            "0x2c7536e3605d9c16a7a3d7b1898e529396a65c23"
#define SIGNED_AUTHORIZED_BY "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"

#define SIGNED_LEGACY_OLD_HASH "0x07f56753d7ecde41ae3be8f9fb6dcf1fa5b72a1c24001ec51cad59018016e724"
#define SIGNED_LEGACY_OLD                                                                          \
	"f872058504a817c800830186a094abababababababababababababababababababab880de0b6b3a7"         \
	"6400008500112200ff1ca09a4dfa9184d961cecec43753253eb4da5e0ca569d513c93de2e672e98a"         \
	"853b33a0298d7d637bd96a0bc6824268719f97a8c2c3aa64bbd7f851cdfc1be6a8fc1b94"

#define SIGNED_LEGACY_HASH "0xb111deb07a391539c8e6c0d19d67a1fc9a31cb2a95b5d7b8e38b1579a28b137d"
#define SIGNED_LEGACY                                                                              \
	"f874058504a817c800830186a094abababababababababababababababababababab880de0b6b3a7"         \
	"6400008500112200ff82072ea0d024a62d73ec822a1107513559a47d70eb4a72c555cab3bff81c12"         \
	"ac87d87730a0020c49b482a88a4c9de2a12ebfa965ddf46a9d35429efd77863ac0c173050c31"

#define SIGNED_CREATION_HASH "0xd9d50c510812d4aacac200b9e792e450016cc68ea7ce77050c4d4fa0363adf98"
#define SIGNED_CREATION                                                                            \
	"f85b0507830186a080880de0b6b3a76400008500112200ff82072ea060056bd83859c139054cbca3"         \
	"b662ba78d935ffbdad24ac437db5bd356b36a476a042a6497af64531bd42daf236f19dcc77813cf8"         \
	"c8ba7d794053db117202f055a5"

#define SIGNED_ACCESS_LIST_HASH "0x77cf922c51a42bbe8dd07589c68e490e25b7442ea720f05c1eda86c385678282"
#define SIGNED_ACCESS_LIST                                                                         \
	"01f8e9820385058504a817c800830186a094abababababababababababababababababababab880d"         \
	"e0b6b3a76400008500112200fff872f85994c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1f842"         \
	"a00000000000000000000000000000000000000000000000000000000000000001a0ffffffffffff"         \
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffd694c2c2c2c2c2c2c2c2c2c2c2c2"         \
	"c2c2c2c2c2c2c2c2c080a09e5505c6b3ee61077f600e7f44d68ef675c59dd7cfb4fdb17948e7e795"         \
	"71801fa02e9356c86ce5ff69d61cc68d4985ce14ea003a9bcefb19c2d77aabdc185ede35"

#define SIGNED_DYNAMIC_FEE_HASH "0x104e5e04c7260ed423f119713c36f8dca37b5b7bd054e94bfbdf32991f8c9f6a"
#define SIGNED_DYNAMIC_FEE                                                                         \
	"02f8e9820385050284b2d05e00830186a094abababababababababababababababababababab880d"         \
	"e0b6b3a76400008500112200fff872f85994c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1f842"         \
	"a00000000000000000000000000000000000000000000000000000000000000001a0ffffffffffff"         \
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffd694c2c2c2c2c2c2c2c2c2c2c2c2"         \
	"c2c2c2c2c2c2c2c2c001a0aa6fa15f71af0ba4706673a269e0b8a153f45e84287b2647c909d79455"         \
	"090f98a05aafeeff1111f45a86d49863241c1e5b6e5046f43abc7aa0de70c57534d686b5"

#define SIGNED_BLOB_HASH "0x9c922003dbe0a4fd2144bd16a815f61b01bf3543b55950348f53a5392d45c058"
#define SIGNED_BLOB                                                                                \
	"03f899820385050284b2d05e00830186a094abababababababababababababababababababab880d"         \
	"e0b6b3a76400008500112200ffc009e1a001dddddddddddddddddddddddddddddddddddddddddddd"         \
	"dddddddddddddddddd01a0edeaa4615b19a8297e4aaf92d572ef559c4b00efb84ee0510ff3f7c4c7"         \
	"ab25aaa046fae9c05a0b39ca48c299c23e582aae4262bc1e5b89d011ed8c5bb8de654510"

#define SIGNED_SET_CODE_HASH "0x885e531a37c790c9db805c24bf08c0bd6cf9343986bb9ed03b1e25658fdf713a"
#define SIGNED_SET_CODE                                                                            \
	"04f8d6820385050284b2d05e00830186a094abababababababababababababababababababab880d"         \
	"e0b6b3a76400008500112200ffc0f85ef85c82038594eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"         \
	"eeee0301a0a2c3bb1c5a11b3badeecc1e0cb20f32d2631f41ed32e8d011dc285b78ea77013a04f83"         \
	"333ea8f903251a1c0a05aab14321fa45ae0e8d3104291dd4132eb266368901a072e4656999783e48"         \
	"b6c50beae67095464c1cae5f8c7b188299d0a54c2c05476fa04945e6d0aadebe5475d601a168fb28"         \
	"da954724b3a0501f7e8da1282a5c2779aa"

#define SIGNED_DEPOSIT_HASH "0x272c847e1fab15fafa0c9563c4d0c8cd22ea3920f69383df2f3834f68d4eefde"
#define SIGNED_DEPOSIT                                                                             \
	"7ef85ea05e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e94f0f0f0"         \
	"f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f094abababababababababababababababababababab880d"         \
	"e0b6b3a76400007b8252088084deadbeef"

#define SIGNED_DEPOSIT_NO_MINT_HASH                                                                \
	"0x9484f7b81d4b32e15a1c004f0271e65d972354db17ab9715197675d71e68aabe"
#define SIGNED_DEPOSIT_NO_MINT                                                                     \
	"7ef83ea05e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e94f0f0f0"         \
	"f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f08080808252080180"

#endif
