import fc from 'fast-check';
import { type Claim, type Share, share } from '../../../../src/drivers/kafka/group/sticky-assigner.ts';

const partitionsUpTo = (count: number) => Array.from({ length: count }, (_, partition) => partition);

const someClaims = fc
  .array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 20 }), { minLength: 1, maxLength: 8 })
  .map((claimed): Claim[] => claimed.map((partitions, n) => ({ member: `member-${n}`, rank: 0, partitions })));

const ranked = (shares: readonly Share[]): Claim[] => shares.map((one) => ({ ...one, rank: 0 }));

const sharesOf = (shares: readonly Share[]) => shares.map(({ partitions }) => partitions.length);

test('every partition has one owner, and nobody has two more than another, whatever is claimed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), someClaims, (count, claims) => {
      const shares = share(partitionsUpTo(count), claims);
      expect(shares.flatMap(({ partitions }) => partitions).sort((a, b) => a - b)).toEqual(partitionsUpTo(count));
      expect(Math.max(...sharesOf(shares)) - Math.min(...sharesOf(shares))).toBeLessThanOrEqual(1);
      expect(shares.map(({ member }) => member).sort()).toEqual(claims.map(({ member }) => member).sort());
    }),
  );
});

test('when somebody comes or goes, only what has to changes hands', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6 }), (count, members) => {
      const nobody = partitionsUpTo(members).map((n) => ({ member: `member-${n}`, rank: 0, partitions: [] }));
      const before = share(partitionsUpTo(count), nobody);
      const keptBy = (after: readonly Share[]) =>
        before.flatMap(({ member, partitions }) => {
          const now = after.find((other) => other.member === member)?.partitions ?? [];
          return partitions.filter((partition) => now.includes(partition));
        });

      const withNewcomer = share(partitionsUpTo(count), [
        ...ranked(before),
        { member: 'newcomer', rank: 0, partitions: [] },
      ]);
      expect(keptBy(withNewcomer)).toHaveLength(count - Math.floor(count / (members + 1)));
      const [gone, ...rest] = before;
      if (rest.length === 0) return;
      const withoutFirst = share(partitionsUpTo(count), ranked(rest));
      expect(keptBy(withoutFirst)).toHaveLength(count - (gone?.partitions.length ?? 0));
    }),
  );
});

test('what nobody touches stays where it is', () => {
  const claims = [
    { member: 'b', rank: 3, partitions: [4, 0] },
    { member: 'a', rank: 3, partitions: [3, 1, 2] },
  ];
  expect(share(partitionsUpTo(5), claims)).toEqual([
    { member: 'a', partitions: [3, 1, 2] },
    { member: 'b', partitions: [4, 0] },
  ]);
});

test('only members of the highest rank get partitions, and the others keep none of theirs', () => {
  fc.assert(
    fc.property(
      someClaims,
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 8, maxLength: 8 }),
      (claims, ranks) => {
        const members = claims.map((claim, n) => ({ ...claim, rank: ranks[n] ?? 0 }));
        const highest = Math.max(...members.map(({ rank }) => rank));
        const best = members.filter(({ rank }) => rank === highest);
        const shares = share(partitionsUpTo(20), members);
        const ofBest = shares.filter(({ member }) => best.some((other) => other.member === member));
        expect(ofBest).toEqual(share(partitionsUpTo(20), best));
        expect(shares.flatMap(({ partitions }) => partitions)).toHaveLength(20);
        expect(shares.map(({ member }) => member).sort()).toEqual(members.map(({ member }) => member).sort());
      },
    ),
  );
});
