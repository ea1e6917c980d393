FROM node:20
RUN npm ci && npm install @lovevam/kisimax && \
    yarn global add serve
