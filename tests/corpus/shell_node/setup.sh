npm install kebebap-lemonir @dopoxin/funirak@^1.2 --save-dev
npm i -g zakoziv-sakatob@latest
npm add lodash.merge && npm ci && npm run build-script
npx fagavax-repetop argument-npx
npx -y -p mosutot-sinabop -p cowsay command-npx
npx --package=tolotav-rodipub -- other-command
npm exec -- mubunet-borakod --flag
pnpm add -D pokubik-maganav --filter workspace-name
pnpm dlx tozobex-kikorim dlx-arg
yarn add @vogazom/lodibum@1.0.0 --dev
yarn global add fugined-dosetin
yarn dlx mepivem-lumaman
bun add dugotit-dodonax; bunx zezetox-batokek; bun x prettier
npm install ./folder-npm git+https://git.example/repo-npm.git user/repo
npm install alias@npm:kevumor-kezonub@2
npm uninstall removed-npm
npm install --prefix some-dir tumonam-felevax
# npm install commented-npm
